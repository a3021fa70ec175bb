// Package catalog knows the public services. It loads their definitions from folders of data,
// refuses what is not well formed, keeps every published version for ever under the hash of its
// content, and holds the one interpreter: [Walk] says of a definition and a situation which
// fields are asked, what is wrong with the answers, which rules stand against the applicant, what
// it costs, whose office it is and what comes next. The check of a definition runs its examples
// by the same function that casework obeys.
//
// A definition is five files of a folder named by the service's slug, each short enough to review
// on one screen:
//
//	service.yaml   what it is, whose it is, its law, who decides in which steps
//	form.yaml      what must be handed in and what is asked
//	rules.yaml     conditions, fee, term, grounds for refusal, figures
//	examples.yaml  who applies, answers, fee, acts of officers, expected state and letter
//	letters/       granted, refused, receipt, submitted, as NAME.LANG.txt
//
// docs/spec/service.md explains the format to a lawyer. Predicates and amounts are CEL, see
// package rule; the life of a case is the table of package flow.
package catalog
