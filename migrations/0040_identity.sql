-- The register has the contact of this sign-in, but not for long, or does not say for how long.
ALTER TABLE identity_attempts ADD COLUMN young BIGINT NOT NULL DEFAULT 0;
