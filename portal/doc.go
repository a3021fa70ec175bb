// Package portal is the door for people: find a service, sign in, apply, pay, follow, hold the
// document, see who looked. Every page is HTML that works without JavaScript.
//
// The host decides whose portal it is ([region.Regions.ByHost]); the bare host is the nation's.
// Sign-in lives on the bare host alone; a region's host gets a session by one redirect with a
// ticket that works once. Handlers are thin: a file a page, which asks the rooms, fills a view and
// names a template of pages/. Nothing is decided here.
package portal
