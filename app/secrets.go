package app

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
)

// sandboxMark begins every secret that a sandbox makes; its keys carry it as the PEM header
// "Lancar".
const sandboxMark = "sandbox"

// checkSecrets refuses a sandbox's secrets by what is in the files, wherever they were copied to,
// and secrets that others on the machine can read.
func (c Config) checkSecrets() (wrong []error) {
	secret := map[string]string{"mail.password_file": c.Mail.PasswordFile, "phone.token_file": c.Phone.TokenFile, "whatsapp.token_file": c.WhatsApp.TokenFile, "exchange.token_file": c.Exchange.TokenFile,
		"acquirer.client_secret_file": c.Acquirer.ClientSecretFile, "acquirer.private_key_file": c.Acquirer.PrivateKeyFile,
		"upstream.key_file": c.Upstream.KeyFile, "mtls.key_file": c.MTLS.KeyFile}
	for key, file := range secret {
		if file == "" {
			continue
		}
		if err := private(file); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s: %w; chmod 600 it", key, file, err))
			continue
		}
		wrong = append(wrong, refuseSandbox(key, file))
	}
	if c.Acquirer.PublicKeyFile != "" {
		wrong = append(wrong, refuseSandbox("acquirer.public_key_file", c.Acquirer.PublicKeyFile))
	}
	if strings.HasPrefix(c.Acquirer.ClientKey, sandboxMark) {
		wrong = append(wrong, errors.New("acquirer.client_key is a sandbox's"))
	}
	return wrong
}

func refuseSandbox(key, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return fmt.Errorf("%s: %s is empty", key, file)
	}
	made := bytes.HasPrefix(text, []byte(sandboxMark+"-"))
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		made = made || block.Headers["Lancar"] == sandboxMark
	}
	if made {
		return fmt.Errorf("%s: %s was made by a sandbox", key, file)
	}
	return nil
}

// onThisMachine says whether an address cannot be overheard on a network.
func onThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
