-- How sure a sign-in is (level), by which methods (amr values of RFC 8176, with spaces between)
-- and when it was last proven.
ALTER TABLE identity_sessions ADD COLUMN level BIGINT NOT NULL DEFAULT 1;
ALTER TABLE identity_sessions ADD COLUMN methods TEXT NOT NULL DEFAULT 'otp';
ALTER TABLE identity_sessions ADD COLUMN authenticated_at BIGINT NOT NULL DEFAULT 0;
UPDATE identity_sessions SET authenticated_at = created_at, level = 1 + register;
UPDATE identity_sessions SET level = 2 WHERE account IN (SELECT id FROM identity_accounts WHERE kind = 'officer');

-- Companies are accounts too. proofing is the level at which the account as a whole was proven, by
-- the evidence named; until capped_until no sign-in counts for more than level 2 (a recovery was
-- just finished); handle is the random id by which authenticators know the account.
CREATE TABLE identity_accounts_next (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('resident', 'visitor', 'officer', 'company')),
  subject TEXT NOT NULL,
  lang TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  proofing BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  proofed_at BIGINT NOT NULL,
  capped_until BIGINT NOT NULL,
  handle TEXT NOT NULL
);
INSERT INTO identity_accounts_next (id, kind, subject, lang, sealed, created_at, closed_at, proofing, evidence, proofed_at, capped_until, handle)
  SELECT id, kind, subject, lang, sealed, created_at, closed_at, 1, '', 0, 0, '' FROM identity_accounts;
DROP TABLE identity_accounts;
ALTER TABLE identity_accounts_next RENAME TO identity_accounts;
CREATE UNIQUE INDEX identity_accounts_subject ON identity_accounts (subject) WHERE kind <> 'officer' AND closed_at = 0;
CREATE UNIQUE INDEX identity_accounts_handle ON identity_accounts (handle) WHERE handle <> '';
