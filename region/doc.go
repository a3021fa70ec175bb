// Package region knows the country: every place by its Ministry of Home Affairs code, and for
// each region its pack of data (name of the app, palette, languages, time zone, holidays,
// agencies, signatories, treasury, figures it sets, services it launched). What a pack lacks is
// inherited from the region above: 53.15 from 53, 53 from the nation, whose code is "00".
//
// Deadlines are computed here and nowhere else, by pure functions: [Count] follows the rule of
// docs/spec/clock.md day by day. The package keeps no table and reads no clock.
package region
