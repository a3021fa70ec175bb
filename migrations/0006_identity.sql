-- identity: accounts, contacts, sign-in attempts, sessions, officers. What is personal is sealed
-- under "account:ID"; an attempt, which lives for minutes, under the node's own key.
CREATE TABLE identity_accounts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('resident', 'visitor', 'officer')),
  subject TEXT NOT NULL,
  lang TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_accounts_subject ON identity_accounts (subject) WHERE kind <> 'officer' AND closed_at = 0;

CREATE TABLE identity_contacts (
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  channel TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  added_at BIGINT NOT NULL,
  proven_at BIGINT NOT NULL,
  register BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (account, hash)
);

CREATE TABLE identity_attempts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'used')),
  subject TEXT NOT NULL,
  region TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  code BYTEA NOT NULL,
  account TEXT NOT NULL,
  register BIGINT NOT NULL,
  outage BIGINT NOT NULL,
  crowded BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX identity_attempts_age ON identity_attempts (created_at);

-- Starts per number, contact and address in windows of time; names are keyed hashes.
CREATE TABLE identity_limits (
  name TEXT NOT NULL,
  slot BIGINT NOT NULL,
  n BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (name, slot)
);
CREATE INDEX identity_limits_age ON identity_limits (ends_at);

-- token is the SHA-256 of what the browser holds; family is the session of the sign-in itself.
CREATE TABLE identity_sessions (
  token TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  account TEXT NOT NULL,
  host TEXT NOT NULL,
  device TEXT NOT NULL,
  register BIGINT NOT NULL,
  role TEXT NOT NULL,
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  idle_until BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX identity_sessions_account ON identity_sessions (account);
CREATE INDEX identity_sessions_family ON identity_sessions (family);
CREATE INDEX identity_sessions_age ON identity_sessions (ends_at);

CREATE TABLE identity_tickets (
  ticket TEXT NOT NULL PRIMARY KEY,
  session TEXT NOT NULL,
  host TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX identity_tickets_age ON identity_tickets (expires_at);

-- A second claim to a number that already has an account. contact is sealed under the account.
CREATE TABLE identity_disputes (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  subject TEXT NOT NULL,
  hash TEXT NOT NULL,
  channel TEXT NOT NULL,
  contact BYTEA NOT NULL,
  register BIGINT NOT NULL,
  at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL,
  officer TEXT NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE UNIQUE INDEX identity_disputes_once ON identity_disputes (region, account, hash) WHERE settled_at = 0;
CREATE INDEX identity_disputes_open ON identity_disputes (region, at) WHERE settled_at = 0;

CREATE TABLE identity_officers (
  account TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  family TEXT NOT NULL
);

CREATE TABLE identity_roles (
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (region, agency, role, account)
);
CREATE INDEX identity_roles_account ON identity_roles (account);
