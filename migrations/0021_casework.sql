-- A citizen's list is read from its index alone: its rows lie wherever their cases were written,
-- which among a million cases is a page of the table for each.
DROP INDEX casework_mine_changed;
CREATE INDEX casework_mine_changed ON casework_mine (account, changed_at, case_id, region, number, service, state, due_at);
