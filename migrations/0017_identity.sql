-- Mandates: who may act for whom. principal is the account in which everything is filed; holder is an
-- account or a machine, "" while it is offered to a subject; names, numbers and the errand are sealed
-- under "mandate:ID". services is "*" for all, verbs and services have spaces between; most in the
-- currency's minor unit, 0 for no limit; wake_at is when the system looks at it next.
CREATE TABLE identity_mandates (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('child', 'company', 'helper', 'heir', 'agent')),
  state TEXT NOT NULL CHECK (state IN ('offered', 'asked', 'claimed', 'active', 'declined', 'lapsed', 'revoked', 'returned', 'expired', 'ended')),
  version BIGINT NOT NULL,
  region TEXT NOT NULL,
  principal TEXT NOT NULL,
  subject TEXT NOT NULL,
  principal_kind TEXT NOT NULL,
  holder_kind TEXT NOT NULL,
  holder TEXT NOT NULL,
  holder_subject TEXT NOT NULL,
  services TEXT NOT NULL,
  verbs TEXT NOT NULL,
  most BIGINT NOT NULL,
  currency TEXT NOT NULL,
  register BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  wake_at BIGINT NOT NULL
);
CREATE INDEX identity_mandates_principal ON identity_mandates (principal, made_at);
CREATE INDEX identity_mandates_holder ON identity_mandates (holder, made_at) WHERE holder <> '';
CREATE INDEX identity_mandates_offered ON identity_mandates (holder_subject) WHERE state = 'offered';
CREATE INDEX identity_mandates_claimed ON identity_mandates (region) WHERE state = 'claimed';
CREATE INDEX identity_mandates_wake ON identity_mandates (wake_at) WHERE wake_at > 0;

-- What happened to a mandate itself: one row a transition of its table; reason is sealed.
CREATE TABLE identity_mandate_events (
  mandate TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason BYTEA NOT NULL,
  PRIMARY KEY (mandate, seq)
);

-- What was done under it. slot keeps repeated looks at one thing down to a row a quarter of an hour.
CREATE TABLE identity_mandate_acts (
  mandate TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  verb TEXT NOT NULL,
  service TEXT NOT NULL,
  ref TEXT NOT NULL,
  case_id TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  slot BIGINT NOT NULL,
  PRIMARY KEY (mandate, id)
);
CREATE UNIQUE INDEX identity_mandate_acts_once ON identity_mandate_acts (mandate, verb, ref, service, slot);

-- The code that a principal gives back to confirm a helper; only its MAC is kept.
CREATE TABLE identity_mandate_codes (
  mandate TEXT NOT NULL PRIMARY KEY,
  code BYTEA NOT NULL,
  tries BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Steps that cannot be taken back, of which a machine's person is asked again.
CREATE TABLE identity_mandate_asks (
  id TEXT NOT NULL PRIMARY KEY,
  mandate TEXT NOT NULL,
  principal TEXT NOT NULL,
  verb TEXT NOT NULL,
  service TEXT NOT NULL,
  ref TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'used')),
  code BYTEA NOT NULL,
  tries BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_mandate_asks_open ON identity_mandate_asks (mandate, verb, ref, amount) WHERE state IN ('waiting', 'approved');
CREATE INDEX identity_mandate_asks_of ON identity_mandate_asks (principal, made_at);

-- For whom a browser acts, "" for its own person.
ALTER TABLE identity_sessions ADD COLUMN mandate TEXT NOT NULL DEFAULT '';
