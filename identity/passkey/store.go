package passkey

import (
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

type keyRow struct {
	id         lancar.ID
	account    lancar.ID
	name       []byte // sealed
	level      identity.Level
	credential webauthn.Credential
	cloned     time.Time
	added      time.Time
	used       time.Time
}

const columns = `id, account, name, level, public_key, attestation_type, attestation_format, transports, attachment,
	user_present, user_verified, backup_eligible, backup_state, aaguid, sign_count, cloned_at, added_at, used_at, credential`

func scan(s store.Scanner) (r keyRow, err error) {
	var transports, id string
	var present, verified, eligible, backed, count, cloned, added, used int64
	c := &r.credential
	err = s.Scan((*string)(&r.id), (*string)(&r.account), &r.name, (*int)(&r.level), &c.PublicKey, &c.AttestationType, &c.AttestationFormat, &transports,
		(*string)(&c.Authenticator.Attachment), &present, &verified, &eligible, &backed, &c.Authenticator.AAGUID, &count, &cloned, &added, &used, &id)
	if err != nil {
		return r, err
	}
	for _, t := range strings.Fields(transports) {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	c.Flags = webauthn.CredentialFlags{UserPresent: present == 1, UserVerified: verified == 1, BackupEligible: eligible == 1, BackupState: backed == 1}
	c.Authenticator.SignCount = uint32(count)
	c.ID, err = decodeID(id)
	r.cloned, r.added, r.used = store.Time(cloned), store.Time(added), store.Time(used)
	return r, err
}

// insertKey keeps a new key; false if any account has it already.
func insertKey(tx *store.Tx, r keyRow) (bool, error) {
	c := r.credential
	var transports []string
	for _, t := range c.Transport {
		transports = append(transports, string(t))
	}
	n, err := tx.Exec(`INSERT INTO identity_passkeys (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, 0, $17) ON CONFLICT DO NOTHING`,
		string(r.id), string(r.account), r.name, int64(r.level), c.PublicKey, c.AttestationType, c.AttestationFormat, strings.Join(transports, " "),
		string(c.Authenticator.Attachment), bit(c.Flags.UserPresent), bit(c.Flags.UserVerified), bit(c.Flags.BackupEligible), bit(c.Flags.BackupState),
		bytesOf(c.Authenticator.AAGUID), int64(c.Authenticator.SignCount), store.Micros(r.added), credentialID(c))
	return n == 1, err
}

func byCredential(tx *store.Tx, credential string) (keyRow, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_passkeys WHERE credential = $1`, credential)
}

func byID(tx *store.Tx, account, id lancar.ID) (keyRow, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_passkeys WHERE id = $1 AND account = $2`, string(id), string(account))
}

func ofAccount(tx *store.Tx, account lancar.ID) ([]keyRow, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_passkeys WHERE account = $1 ORDER BY added_at, id`, string(account))
}

// useKey writes back what a sign-in may change. The counter only grows: of two answers at once with
// one counter the second finds no row, and is refused.
func useKey(tx *store.Tx, r keyRow) error {
	c := r.credential
	n, err := tx.Exec(`UPDATE identity_passkeys SET sign_count = $2, backup_state = $3, used_at = $4, level = $5
		WHERE id = $1 AND cloned_at = 0 AND (sign_count < $2 OR sign_count = 0)`,
		string(r.id), int64(c.Authenticator.SignCount), bit(c.Flags.BackupState), store.Micros(tx.Now), int64(r.level))
	if err == nil && n == 0 {
		err = errRefused
	}
	return err
}

func markCopied(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_passkeys SET cloned_at = $2 WHERE id = $1`, string(id), store.Micros(tx.Now))
}

func renameKey(tx *store.Tx, account, id lancar.ID, name []byte) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_passkeys SET name = $3 WHERE id = $1 AND account = $2`, string(id), string(account), name)
	return n == 1, err
}

func deleteKey(tx *store.Tx, account, id lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_passkeys WHERE id = $1 AND account = $2`, string(id), string(account))
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// bytesOf keeps NULL out of a column of bytes.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
