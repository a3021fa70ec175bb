-- Passkeys: everything an authenticator said about itself, kept as it was said. level is that of
-- the session in which it was added; cloned_at is when two copies of its key were noticed.
CREATE TABLE identity_passkeys (
  credential TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  name BYTEA NOT NULL,
  level BIGINT NOT NULL,
  public_key BYTEA NOT NULL,
  attestation_type TEXT NOT NULL,
  attestation_format TEXT NOT NULL,
  transports TEXT NOT NULL,
  attachment TEXT NOT NULL,
  user_present BIGINT NOT NULL,
  user_verified BIGINT NOT NULL,
  backup_eligible BIGINT NOT NULL,
  backup_state BIGINT NOT NULL,
  aaguid BYTEA NOT NULL,
  sign_count BIGINT NOT NULL,
  cloned_at BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX identity_passkeys_account ON identity_passkeys (account, added_at);

-- The secret of an authenticator app, sealed; step is the last one used (RFC 6238 §5.2).
CREATE TABLE identity_totp (
  account TEXT NOT NULL PRIMARY KEY,
  secret BYTEA NOT NULL,
  level BIGINT NOT NULL,
  step BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL
);

-- Browsers from which an account was entered; mark is a keyed hash of what their cookie says.
CREATE TABLE identity_browsers (
  account TEXT NOT NULL,
  mark TEXT NOT NULL,
  device TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (account, mark)
);

-- What happened to the safety of an account, for its owner. Rows are only added; detail is sealed.
CREATE TABLE identity_happenings (
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  id TEXT NOT NULL,
  what TEXT NOT NULL,
  detail BYTEA NOT NULL,
  PRIMARY KEY (account, at, id)
);
CREATE INDEX identity_happenings_age ON identity_happenings (at);

-- A way back into an account with a contact that only the register has: it waits.
CREATE TABLE identity_recoveries (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  region TEXT NOT NULL,
  hash TEXT NOT NULL,
  channel TEXT NOT NULL,
  contact BYTEA NOT NULL,
  stop TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'stopped', 'done', 'lapsed')),
  begun_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX identity_recoveries_once ON identity_recoveries (account, hash) WHERE state = 'waiting';
CREATE UNIQUE INDEX identity_recoveries_stop ON identity_recoveries (stop);

-- Numbers of an account besides the one it was made with: subject is the keyed hash of one.
CREATE TABLE identity_numbers (
  subject TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  officer TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX identity_numbers_account ON identity_numbers (account);

-- An account changes hands by two persons: the first proposes.
ALTER TABLE identity_disputes ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_disputes ADD COLUMN proposed_at BIGINT NOT NULL DEFAULT 0;
