-- identity/machine: a keyed hash of what decides over a machine and its keys, so that a row that
-- was changed beside the program lets nothing in.
ALTER TABLE identity_machines ADD COLUMN seal BYTEA NOT NULL DEFAULT '';
ALTER TABLE identity_machine_keys ADD COLUMN seal BYTEA NOT NULL DEFAULT '';
