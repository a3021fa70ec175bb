-- identity/machine: the register of non-human identities. words (name, purpose) are sealed under the
-- owner's account for an agent, else under the office's key.
CREATE TABLE identity_machines (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('service', 'bot', 'agent')),
  stage TEXT NOT NULL CHECK (stage IN ('sandbox', 'production')),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'paused', 'orphaned', 'stopped', 'expired')),
  held TEXT NOT NULL,
  owner TEXT NOT NULL,
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  words BYTEA NOT NULL,
  scopes TEXT NOT NULL,
  budget BIGINT NOT NULL,
  peak BIGINT NOT NULL,
  wanted TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  stops_at BIGINT NOT NULL,
  review_at BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  kept_at BIGINT NOT NULL,
  unused_at BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX identity_machines_office ON identity_machines (region, agency, id);
CREATE INDEX identity_machines_owner ON identity_machines (owner, id);
CREATE INDEX identity_machines_open ON identity_machines (expires_at) WHERE state NOT IN ('stopped', 'expired');

-- Every step of a machine's life; version is the machine's after it.
CREATE TABLE identity_machine_steps (
  machine TEXT NOT NULL,
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  who_kind TEXT NOT NULL,
  who_id TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (machine, version)
);

-- Public keys and thumbprints of certificates. thumb is RFC 7638 or x5t#S256 (RFC 8705 section 3.1),
-- and belongs to one machine for ever.
CREATE TABLE identity_machine_keys (
  machine TEXT NOT NULL,
  thumb TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('key', 'certificate')),
  kid TEXT NOT NULL,
  jwk TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  PRIMARY KEY (machine, thumb)
);

-- What nodes have taken of a machine's day and minute, in lots.
CREATE TABLE identity_machine_budgets (
  machine TEXT NOT NULL,
  span TEXT NOT NULL,
  slot BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (machine, span, slot)
);
CREATE INDEX identity_machine_budgets_age ON identity_machine_budgets (ends_at);

-- Calls by hour (hours since 1970) and scope, folded; and the networks they came from.
CREATE TABLE identity_machine_use (
  machine TEXT NOT NULL,
  hour BIGINT NOT NULL,
  scope TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (machine, hour, scope)
);
CREATE INDEX identity_machine_use_age ON identity_machine_use (hour);

CREATE TABLE identity_machine_nets (
  machine TEXT NOT NULL,
  net TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (machine, net)
);

-- Unusual use, once a rule and day (days since 1970 in Jakarta).
CREATE TABLE identity_machine_alarms (
  machine TEXT NOT NULL,
  day BIGINT NOT NULL,
  rule TEXT NOT NULL,
  at BIGINT NOT NULL,
  seen TEXT NOT NULL,
  usual TEXT NOT NULL,
  PRIMARY KEY (machine, day, rule)
);

-- What owners signed at the yearly review.
CREATE TABLE identity_machine_reviews (
  machine TEXT NOT NULL,
  at BIGINT NOT NULL,
  owner TEXT NOT NULL,
  level BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('keep', 'reduce', 'end')),
  before_scopes TEXT NOT NULL,
  after_scopes TEXT NOT NULL,
  PRIMARY KEY (machine, at)
);
