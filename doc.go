// Package lancar holds the words every room speaks: identifiers, money, actors, time, bilingual
// text and the one error vocabulary. It imports the standard library only.
package lancar
