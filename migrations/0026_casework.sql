-- An officer's inbox is read from its index alone, as a citizen's list is.
DROP INDEX casework_inbox_officer;
CREATE INDEX casework_inbox_officer ON casework_inbox (region, officer, due_at, case_id, case_region, number, service, state, step, flagged, version);
