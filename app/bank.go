package app

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"lancar"
	"lancar/payment"
	"lancar/payment/snap"
)

// openBank reads the acquirer's keys and makes its client. A configuration that names no
// acquirer (a stopped node being looked at) has none.
func openBank(config Config, clock lancar.Clock) (payment.Acquirer, payment.Bank, error) {
	c := config.Acquirer
	if c.URL == "" {
		return nil, payment.Bank{}, nil
	}
	private, err := readPEM(c.PrivateKeyFile, x509.ParsePKCS8PrivateKey)
	if err != nil {
		return nil, payment.Bank{}, err
	}
	own, ok := private.(*rsa.PrivateKey)
	if !ok {
		return nil, payment.Bank{}, fmt.Errorf("%s: SNAP BI wants an RSA key", c.PrivateKeyFile)
	}
	public, err := readPEM(c.PublicKeyFile, x509.ParsePKIXPublicKey)
	if err != nil {
		return nil, payment.Bank{}, err
	}
	theirs, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, payment.Bank{}, fmt.Errorf("%s: SNAP BI wants an RSA key", c.PublicKeyFile)
	}
	secret, err := os.ReadFile(c.ClientSecretFile)
	if err != nil {
		return nil, payment.Bank{}, err
	}
	partner := snap.Partner{ClientKey: c.ClientKey, Key: own, Secret: strings.TrimSpace(string(secret)), Channel: c.ChannelID}
	client := &http.Client{Timeout: 10 * time.Second}
	return payment.NewSNAP(strings.TrimSuffix(c.URL, "/"), partner, clock, client), payment.Bank{Key: theirs, Partner: c.ClientKey}, nil
}

func readPEM(path string, parse func([]byte) (any, error)) (any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: not PEM", path)
	}
	key, err := parse(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}
