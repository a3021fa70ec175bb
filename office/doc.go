// Package office is the door for officers: sign in and choose a role, the inbox by due time, the
// review of an application, the decision and its signature, and what an office owes people besides
// (their data rights, disputed accounts, withdrawn documents, what is late, what fails).
//
// It decides nothing itself. Who may see a case, whose task it is and what may be done with it is
// the rooms' to say; every opening of a case goes through them and stands on the applicant's page.
// Pages are plain HTML and work without script; the script only adds shortcuts.
package office
