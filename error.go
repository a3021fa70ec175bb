package lancar

import (
	"errors"
	"fmt"
)

// Code classifies an [Error]. It is mapped to an HTTP status once, in internal/serve.
type Code string

// The error vocabulary. Anything that is not an [Error] is shown to people as [Internal].
const (
	Invalid         Code = "invalid"         // what was sent cannot be accepted; Field names it and Text says the mend
	Unauthenticated Code = "unauthenticated" // nobody is signed in, or the session ended
	Forbidden       Code = "forbidden"       // signed in, but not allowed
	NotFound        Code = "not_found"       // no such thing, or not for you
	Conflict        Code = "conflict"        // the state moved on; read again
	Gone            Code = "gone"            // existed and expired
	TooMany         Code = "too_many"        // a limit was reached; Text says when to try again
	TooLarge        Code = "too_large"       // a body or file is over its limit
	Unavailable     Code = "unavailable"     // an outside system or our own storage is down; nothing was lost
	Internal        Code = "internal"
)

// Error is an error that carries the text that may be shown to the person who caused it.
// Err keeps the cause for the log and is never shown.
type Error struct {
	Code  Code
	Field string // the form field or JSON path it is about, "" if none
	Text  Text
	Err   error
}

// Fail makes an [Error] with its safe text in Indonesian and English.
func Fail(code Code, field, id, en string) *Error {
	return &Error{Code: code, Field: field, Text: Text{"id": id, "en": en}}
}

// Because returns a copy of e that keeps cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

func (e *Error) Error() string {
	s := string(e.Code)
	if e.Field != "" {
		s += " " + e.Field
	}
	s += ": " + e.Text.In("en")
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first [Error] in err's chain, [Internal] for any other error
// and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
