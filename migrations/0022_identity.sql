-- What a person answers on another device than the one that asks: device flow (RFC 8628) and CIBA.
-- code is a keyed hash of the code that a device shows; account is who is to answer, '' for nobody yet.
CREATE TABLE identity_waits (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('device', 'ciba')),
  client TEXT NOT NULL,
  code TEXT NOT NULL,
  account TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'agreed', 'refused')),
  sealed BYTEA NOT NULL,
  grant_id TEXT NOT NULL,
  gap BIGINT NOT NULL,
  polled_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_waits_code ON identity_waits (code) WHERE code <> '';
CREATE INDEX identity_waits_account ON identity_waits (account, expires_at);
CREATE INDEX identity_waits_age ON identity_waits (expires_at);

-- Whose proven contact this is, when an app names a person by it (CIBA login_hint).
CREATE INDEX identity_contacts_hash ON identity_contacts (hash);

-- Access tokens that were exchanged from another one, with all it came from: who ends one of those
-- ends it too.
CREATE TABLE identity_exchanged (
  token TEXT NOT NULL,
  parent TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (parent, token)
);
CREATE INDEX identity_exchanged_age ON identity_exchanged (expires_at);
