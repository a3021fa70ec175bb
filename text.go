package lancar

// Text is one sentence or label in several languages, keyed by BCP 47 tag ("id", "en", "mqy").
type Text map[string]string

// In returns the text in lang, else in Indonesian, else in any language it has.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	if s := t["id"]; s != "" {
		return s
	}
	return t["en"]
}
