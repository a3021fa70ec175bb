-- How sure the sign-in must be of who agrees to a machine's step.
ALTER TABLE identity_mandate_asks ADD COLUMN level BIGINT NOT NULL DEFAULT 0;
