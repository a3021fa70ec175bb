-- identity: apps in which people sign in (OpenID Connect), their requests, grants and tokens.
-- data is the registration, read whole and never searched.
CREATE TABLE identity_clients (
  id TEXT NOT NULL PRIMARY KEY,
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  officer TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('sandbox', 'waiting', 'production', 'ended')),
  data BYTEA NOT NULL,
  secret BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX identity_clients_agency ON identity_clients (agency, id);

-- The last things that went wrong for a client, at most one a second in 64 places that turn.
CREATE TABLE identity_client_errors (
  client TEXT NOT NULL,
  place BIGINT NOT NULL,
  at BIGINT NOT NULL,
  endpoint TEXT NOT NULL,
  code TEXT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (client, place)
);

-- Keys that sign tokens; sealed under the node's own key, shared by its copies. A key is published
-- from made_at, signs from from_at to until_at, and is published until gone_at.
CREATE TABLE identity_signing (
  alg TEXT NOT NULL,
  serial BIGINT NOT NULL,
  kid TEXT NOT NULL UNIQUE,
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  gone_at BIGINT NOT NULL,
  PRIMARY KEY (alg, serial)
);

-- Authorization requests, pushed or on their way through sign-in and consent; id is a keyed hash.
CREATE TABLE identity_requests (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pushed', 'asking', 'done')),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX identity_requests_age ON identity_requests (expires_at);

-- What a person gave a client: one row from the code to the last refresh. serial counts refresh
-- tokens; code_at is when the code was used.
CREATE TABLE identity_grants (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  account TEXT NOT NULL,
  session TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  code_until BIGINT NOT NULL,
  code_at BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  jkt TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX identity_grants_account ON identity_grants (account, client);
CREATE INDEX identity_grants_age ON identity_grants (expires_at);

-- Every access token that was issued, by its jti. data is what an opaque one stands for.
CREATE TABLE identity_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  data BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX identity_tokens_age ON identity_tokens (expires_at);

-- What may be used once: ids of client assertions, request objects and DPoP proofs.
CREATE TABLE identity_used (
  id TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX identity_used_age ON identity_used (expires_at);
