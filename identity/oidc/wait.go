package oidc

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// A wait is a request that its person answers on another device than the one that asks: a device
// without a browser shows a code (RFC 8628), or a counter names them (CIBA). Whoever asks polls for
// the answer at the token endpoint.
type wait struct {
	id      lancar.ID
	kind    waitKind
	client  lancar.ID
	account lancar.ID // who is to answer; "" for a device until somebody has
	state   string
	sealed  []byte
	grant   lancar.ID // of the answer
	gap     time.Duration
	polled  time.Time
	made    time.Time
	expires time.Time
	waited
}

type waitKind string

const (
	device waitKind = "device"
	ciba   waitKind = "ciba"
)

// waited is the part that is sealed.
type waited struct {
	Ask     ask
	Code    string // that the device shows
	From    string // address of the device
	Message string // binding_message
	Token   string // client_notification_token
}

const (
	waitLife  = 10 * time.Minute // of a device's code
	cibaLife  = 5 * time.Minute  // of a CIBA request that says nothing else
	pollGap   = 5 * time.Second
	pingQueue = "oidc.ping"
)

// codeHash is what the database holds of a device's code; "" for none.
func (p *Provider) codeHash(code string) string {
	if code == "" {
		return ""
	}
	return hex.EncodeToString(p.Keys.MAC("oidc user code", []byte(code))[:16])
}

// Remote is a request that waits for its person, as a page shows it: what is asked, by whom, from
// where.
type Remote struct {
	Pending
	ID      string // for [Provider.Remote] and [Provider.Answer]
	Device  bool   // a device that shows Code; else a counter that named the person
	Code    string // as the device shows it, "BCDF-GHJK"
	Message string // as the counter shows it too, "" for none
	From    string // address of the device
	At      time.Time
	Ends    time.Time
}

func errNoWait() error {
	return lancar.Fail(lancar.Gone, "code", "Permintaan ini tidak ada, sudah dijawab, atau kedaluwarsa. Minta lagi dari perangkat atau petugasnya.",
		"This request is not there, was answered, or has expired. Ask again from the device or the counter.")
}

// RemoteByCode finds what a device's code stands for. Whoever is signed in enters it from their own
// page; wrong ones are counted by account and by address, over all copies of the node.
func (p *Provider) RemoteByCode(ctx context.Context, code, address string, s identity.Session) (out Remote, err error) {
	code = readCode(code)
	wrong := lancar.Fail(lancar.Invalid, "code", "Kode ini tidak dikenal atau sudah habis waktunya. Periksa layar perangkatnya.", "This code is unknown or has expired. Check the screen of the device.")
	found := false
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		found = false
		for what, whose := range map[string]string{"user code account": string(s.Account), "user code address": address} {
			most := codeGuesses
			if what == "user code address" {
				most = 10 * codeGuesses // many share one: nobody shuts their neighbours out
			}
			if over, err := p.Identity.OverTx(tx, what, whose, time.Hour, most); err != nil {
				return err
			} else if over {
				return lancar.Fail(lancar.TooMany, "code", "Terlalu sering mencoba. Tunggu satu jam.", "Too many tries. Wait an hour.")
			}
		}
		wt, err := p.waitByCode(tx, code)
		if err == store.ErrNone || err == nil && len(code) != codeLetters {
			return nil // the try is kept
		}
		if err == nil {
			found = true
			out, err = p.waitingTx(tx, wt, s)
		}
		return err
	})
	if err == nil && !found {
		err = wrong
	}
	return out, err
}

// Remote is one request, for whom it is for: whoever entered a device's code, the person that a
// counter named. lancar.Gone when it is over or somebody else's.
func (p *Provider) Remote(ctx context.Context, id string, s identity.Session) (out Remote, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		wt, err := p.waitTx(tx, id, s)
		if err == nil {
			out, err = p.waitingTx(tx, wt, s)
		}
		return err
	})
	return out, err
}

// Remotes are the requests of counters that wait for a person, newest first.
func (p *Provider) Remotes(ctx context.Context, s identity.Session) (list []Remote, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		list = nil
		all, err := p.waitsFor(tx, s.Account)
		for _, wt := range all {
			if err != nil {
				return err
			}
			one, werr := p.waitingTx(tx, wt, s)
			list, err = append(list, one), werr
		}
		return err
	})
	return list, err
}

// waitTx finds a waiting request by its page's handle.
func (p *Provider) waitTx(tx *store.Tx, handle string, s identity.Session) (wait, error) {
	id, _, err := p.openHandle("w", handle)
	if err != nil || !s.Signed() {
		return wait{}, errNoWait()
	}
	wt, err := p.waitByID(tx, id)
	if err == store.ErrNone || err == nil && (wt.state != "waiting" || !tx.Now.Before(wt.expires) || wt.kind == ciba && wt.account != s.Account) {
		err = errNoWait()
	}
	return wt, err
}

// waitingTx says what the request needs next. It is never answered by an agreement of before: what
// comes from another device is asked each time.
func (p *Provider) waitingTx(tx *store.Tx, wt wait, s identity.Session) (Remote, error) {
	reg, err := clientByID(tx, wt.client)
	if err != nil {
		return Remote{}, err
	}
	want := wt.Ask.level()
	asked := wt.Ask
	asked.Tried = true // the level is wanted, not offered
	pending, err := p.pendingTx(tx, &asked, &reg, s)
	if err != nil || reg.Stage == Ended {
		return Remote{}, errNoWaitOr(err)
	}
	pending.Origin = ""
	switch {
	case pending.Step == SignIn, pending.Step == Fresh:
	case want > s.Level:
		pending.Step, pending.Level = Rise, want
	default:
		pending.Step = Agree
	}
	id := p.handle("w", wt.id, 0)
	if err := p.numberTx(tx, id, &pending, s, true); err != nil {
		return Remote{}, err
	}
	return Remote{Pending: pending, ID: id, Device: wt.kind == device, Code: showCode(wt.Code), Message: wt.Message, From: wt.From, At: wt.made, Ends: wt.expires}, nil
}

func errNoWaitOr(err error) error {
	if err != nil {
		return err
	}
	return errNoWait()
}

// Answer is the person's answer. No is an answer like yes; both are given once. Yes to giving the identity
// number is confirmed first, as with [Provider.Decide].
func (p *Provider) Answer(ctx context.Context, id string, s identity.Session, agree bool, kinds []string) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		wt, err := p.waitTx(tx, id, s)
		if err != nil {
			return err
		}
		return p.answerTx(tx, wt, s, agree, kinds)
	})
}

func (p *Provider) answerTx(tx *store.Tx, wt wait, s identity.Session, agree bool, kinds []string) error {
	reg, err := clientByID(tx, wt.client)
	if err != nil {
		return err
	}
	state, grant := "refused", lancar.ID("")
	if agree {
		at, err := p.waitingTx(tx, wt, s)
		if err != nil {
			return err
		}
		if at.Step == Fresh && at.Number {
			return ReleaseOf(at.ID).Unproven()
		}
		if at.Step != Agree {
			return lancar.Fail(lancar.Conflict, "", "Masuk dulu, lalu setujui.", "Sign in first, then agree.")
		}
		if state, grant, err = p.agreeTx(tx, at, wt, &reg, s, kinds); err != nil {
			return err
		}
	}
	took, err := answerWait(tx, wt.id, state, s.Account, grant)
	if err != nil || !took {
		return errNoWaitOr(err)
	}
	if reg.Delivery != "ping" || wt.kind != ciba {
		return nil
	}
	payload, err := json.Marshal(map[string]string{"id": string(wt.id)})
	if err != nil {
		return err
	}
	return p.Queue.EnqueueTx(tx, jobs.Job{Region: reg.Region, Queue: pingQueue, Dedup: string(wt.id), Payload: payload})
}

func (p *Provider) agreeTx(tx *store.Tx, at Remote, wt wait, reg *registration, s identity.Session, kinds []string) (state string, grant lancar.ID, err error) {
	given, optional := wt.Ask.kinds()
	for _, k := range optional {
		if slices.Contains(kinds, k) {
			given = append(given, k)
		}
	}
	if err := p.confirmedTx(tx, at.ID, at.Pending, s, given); err != nil {
		return "", "", err
	}
	if err := p.rememberTx(tx, s, reg, given, optional); err != nil {
		return "", "", err
	}
	g := p.grantOf(wt.Ask, reg, sayGiven(lancar.NewID(tx.Now), s, given, tx.Now))
	g.expires = wt.expires.Add(time.Hour)
	return "agreed", g.ID, p.insertGrant(tx, g)
}

// ping tells a client that its person has answered (CIBA section 10.2). It is tried until the
// request is over, or the address refuses it.
func (p *Provider) ping(ctx context.Context, j jobs.Job) error {
	var what struct {
		ID lancar.ID `json:"id"`
	}
	if err := json.Unmarshal(j.Payload, &what); err != nil {
		return jobs.Dead(err)
	}
	wt, reg, err := heldBy(ctx, p, func(tx *store.Tx) (wait, lancar.ID, error) {
		wt, err := p.waitByID(tx, what.ID)
		return wt, wt.client, err
	})
	if err != nil || reg.NotifyTo == "" {
		return err
	}
	body, err := json.Marshal(map[string]string{"auth_req_id": p.handle("b", wt.id, 0)})
	if err != nil {
		return err
	}
	if err = p.postTo(ctx, reg.NotifyTo, "application/json", wt.Token, string(body)); err == nil {
		return nil
	}
	p.note(ctx, reg.ID, "ping", refuse("ping_failed", "Pemberitahuan CIBA tidak diterima: alamatnya tidak menjawab dengan 2xx.", "The CIBA notification was not taken, the address does not answer 2xx"))
	if final(err) || !p.DB.Now().Before(wt.expires) {
		return jobs.Dead(err)
	}
	return err
}
