// Package casework carries an application from the first saved answer to the signed decision:
// drafts, submission, the draw of an officer, the clock, corrections, decisions, and the person's
// own list and proof.
//
// A case belongs to the region of the office that decides and is pinned to the exact version of
// its service's definition. Its life is a table ([Transitions]); each step of it is one row of an
// append-only, hash-chained list of events, whose sequence number is the version of the
// compare-and-swap that wrote it. Everything else (the case row, the inbox, a person's list, kept
// totals) is a projection that Verify derives again from the events.
//
// One transaction per change: state, event, charge, log leaf and outbox commit together or not at
// all. Everything personal is sealed under the case's key ("case:<id>"), so that destroying that
// key is erasure. The draft's id becomes the case's id, which is why a submission sent twice, from
// two tabs or replayed, is one case.
package casework

// Cases is the room.
type Cases struct{}
