// Package rule is the small language of predicates and amounts in service definitions: CEL over
// named, typed variables, with a few functions for ages and days. It is total: no loops, a cost
// limit, and what depends on an unanswered question is unknown rather than wrong.
package rule
