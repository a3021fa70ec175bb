package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"lancar/internal/strictyaml"
)

// The stages of a node. A rehearsal may name a sandbox and marks everything SIMULASI; production
// refuses sandboxes and demonstration keys. Demo is made by `lancar demo` alone.
const (
	Production = "production"
	Rehearsal  = "rehearsal"
	stageDemo  = "demo"
)

// Config is a node's configuration file (YAML). Secrets are never in it, only the paths of the
// files that hold them. docs/ops/config.md explains every key.
type Config struct {
	Stage    string   `yaml:"stage"`    // production or rehearsal
	Name     string   `yaml:"name"`     // the node's own name, the origin of its log: "layanan.example.go.id"
	Listen   string   `yaml:"listen"`   // HOST:PORT
	Base     string   `yaml:"base"`     // public URL of the national portal; regions are <host>.<its host>
	Database string   `yaml:"database"` // file with the PostgreSQL URL, or "sqlite:/path"
	Keys     string   `yaml:"keys"`     // folder, see `lancar doctor`
	Officers string   `yaml:"officers"` // file of officers and their roles, read at every start; "" changes nobody
	Proxies  []string `yaml:"proxies"`  // address ranges whose X-Forwarded-For is believed

	Mail     MailConfig     `yaml:"mail"`
	Phone    HTTPConfig     `yaml:"phone"`
	WhatsApp HTTPConfig     `yaml:"whatsapp"` // a gateway of the same protocol; without it codes to numbers go by text message alone
	Exchange HTTPConfig     `yaml:"exchange"`
	Acquirer AcquirerConfig `yaml:"acquirer"`
	Upstream UpstreamConfig `yaml:"upstream"` // a national provider at which people sign in; none unless its issuer is set
	MTLS     MTLSConfig     `yaml:"mtls"`     // a second port that asks apps and machines for certificates; none unless it listens
	Limits   LimitsConfig   `yaml:"limits"`
	GrownUp  int            `yaml:"grown_up"` // age on whose birthday a parent no longer acts for a child; 0: 17
	// MandateYears is how long a mandate that ended is kept; 0: 5.
	MandateYears int    `yaml:"mandate_years"`
	Orphans      int    `yaml:"orphan_days"` // how long a machine or an app goes on after its owner left; 0: 14
	Metrics      string `yaml:"metrics"`     // HOST:PORT that alone serves /metrics; "" serves it to this machine on listen

	demo *demoConfig
}

// MailConfig is the relay that takes the node's mail.
type MailConfig struct {
	Address      string `yaml:"address"` // HOST:PORT
	From         string `yaml:"from"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	Plain        bool   `yaml:"plain"` // no TLS; a relay on this machine only
}

// HTTPConfig is an outside system spoken to with a bearer token.
type HTTPConfig struct {
	URL       string `yaml:"url"`
	TokenFile string `yaml:"token_file"`
}

// AcquirerConfig is the bank that issues QRIS codes (SNAP BI).
type AcquirerConfig struct {
	URL              string `yaml:"url"`
	ClientKey        string `yaml:"client_key"`
	ClientSecretFile string `yaml:"client_secret_file"`
	PrivateKeyFile   string `yaml:"private_key_file"` // ours, PEM, signs the request for a token
	PublicKeyFile    string `yaml:"public_key_file"`  // the bank's, PEM, verifies its notifications
	MerchantID       string `yaml:"merchant_id"`
	PartnerID        string `yaml:"partner_id"`
	ChannelID        string `yaml:"channel_id"`
}

// LimitsConfig are the limits of one client address. Those of a person are not configuration.
type LimitsConfig struct {
	PerSecond float64 `yaml:"per_second"`     // requests; 0: 20
	Burst     float64 `yaml:"burst"`          // 0: 200
	SignIns   int     `yaml:"sign_ins"`       // attempts to sign in within ten minutes; 0: 60
	Checks    int     `yaml:"checks"`         // PDF files checked a minute; 0: 30
	Recovery  int     `yaml:"recovery_hours"` // how long a contact that is new to an account waits before it opens it; 0: 72
	Contact   int     `yaml:"contact_hours"`  // how long a contact must have stood in the register before it proves anything; 0: 72, -1: no time
}

// ReadConfig reads and checks a configuration file. Everything wrong with it is said at once.
func ReadConfig(path string) (Config, error) {
	var c Config
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if err := strictyaml.Decode(path, text, &c); err != nil {
		return c, err
	}
	c.defaults()
	return c, c.check()
}

func (c *Config) defaults() {
	if c.Limits.PerSecond == 0 {
		c.Limits.PerSecond = 20
	}
	if c.Limits.Burst == 0 {
		c.Limits.Burst = 200
	}
	if c.Limits.SignIns == 0 {
		c.Limits.SignIns = 60
	}
	if c.Limits.Checks == 0 {
		c.Limits.Checks = 30
	}
}

func (c Config) check() error {
	var wrong []error
	need := func(key, value, mend string) {
		if value == "" {
			wrong = append(wrong, fmt.Errorf("%s is missing: %s", key, mend))
		}
	}
	if !slices.Contains([]string{Production, Rehearsal, stageDemo}, c.Stage) || c.Stage == stageDemo && c.demo == nil {
		wrong = append(wrong, fmt.Errorf("stage is %q: write production or rehearsal", c.Stage))
	}
	need("name", c.Name, "the node's own name, like layanan.example.go.id")
	need("listen", c.Listen, "the address to listen on, like 127.0.0.1:8053")
	need("database", c.Database, "the path of a file that holds the PostgreSQL URL")
	need("keys", c.Keys, "the folder with the node's keys")
	need("mail.address", c.Mail.Address, "HOST:PORT of the mail relay")
	need("mail.from", c.Mail.From, "the sender of the node's mail")
	need("exchange.url", c.Exchange.URL, "where registers answer")
	need("acquirer.url", c.Acquirer.URL, "where the bank answers")
	if u, err := url.Parse(c.Base); err != nil || u.Host == "" {
		wrong = append(wrong, fmt.Errorf("base is %q: write the public URL of the national portal", c.Base))
	} else if c.Stage == Production && u.Scheme != "https" {
		wrong = append(wrong, errors.New("base must be https in production"))
	}
	if c.GrownUp < 0 || c.GrownUp > 21 {
		wrong = append(wrong, fmt.Errorf("grown_up is %d: write the age, like 17 or 18", c.GrownUp))
	}
	if c.MandateYears < 0 || c.MandateYears > 30 {
		wrong = append(wrong, fmt.Errorf("mandate_years is %d: write a number of years up to 30", c.MandateYears))
	}
	if c.Orphans < 0 || c.Orphans > 90 {
		wrong = append(wrong, fmt.Errorf("orphan_days is %d: write a number of days up to 90", c.Orphans))
	}
	for _, p := range c.Proxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			wrong = append(wrong, fmt.Errorf("proxies: %q is no address range like 10.0.0.0/8", p))
		}
	}
	wrong = append(wrong, c.MTLS.check()...)
	if c.Stage == Production {
		wrong = append(wrong, c.checkProduction()...)
	}
	return errors.Join(wrong...)
}

// checkProduction refuses what belongs to a demonstration.
func (c Config) checkProduction() (wrong []error) {
	if strings.HasPrefix(c.Database, "sqlite:") {
		wrong = append(wrong, errors.New("database: production runs on PostgreSQL"))
	}
	for key, u := range map[string]string{"exchange.url": c.Exchange.URL, "acquirer.url": c.Acquirer.URL, "upstream.issuer": c.Upstream.Issuer, "phone.url": c.Phone.URL, "whatsapp.url": c.WhatsApp.URL} {
		if parsed, err := url.Parse(u); u != "" && (err != nil || parsed.Scheme != "https") {
			wrong = append(wrong, fmt.Errorf("%s must be https in production; a sandbox may be named in a rehearsal only", key))
		}
	}
	if c.Mail.Plain && !onThisMachine(c.Mail.Address) {
		wrong = append(wrong, errors.New("mail.plain: without TLS only to a relay on this machine"))
	}
	wrong = append(wrong, c.checkSecrets()...)
	wrong = append(wrong, c.checkOfficers()...)
	return wrong
}

// databaseURL is the URL itself: config names a file, so that the password is in no config.
func (c Config) databaseURL() (string, error) {
	if strings.HasPrefix(c.Database, "sqlite:") {
		return c.Database, nil
	}
	info, err := os.Stat(c.Database)
	if err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("database: %s can be read by others: chmod 600 it", c.Database)
	}
	text, err := os.ReadFile(c.Database)
	return strings.TrimSpace(string(text)), err
}

func (c Config) prefixes() (out []netip.Prefix) {
	for _, p := range c.Proxies {
		out = append(out, netip.MustParsePrefix(p)) // checked by check
	}
	return out
}
