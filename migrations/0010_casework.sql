-- Drafts live with the account; body is sealed under the key of the case that the draft becomes.
CREATE TABLE casework_drafts (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  service TEXT NOT NULL,
  definition TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'submitted', 'discarded', 'expired')),
  version BIGINT NOT NULL,
  step TEXT NOT NULL,
  place TEXT NOT NULL,
  region TEXT NOT NULL,
  body BYTEA NOT NULL,
  number TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  remind_at BIGINT NOT NULL,
  PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX casework_drafts_open ON casework_drafts (account, service) WHERE state = 'open';
CREATE INDEX casework_drafts_remind ON casework_drafts (remind_at) WHERE state = 'open';
CREATE TABLE casework_draft_files (
  account TEXT NOT NULL,
  draft TEXT NOT NULL,
  id TEXT NOT NULL,
  meta BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (account, draft, id)
);

-- A case is a projection of its events; head is the hash of the newest one.
CREATE TABLE casework_cases (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  service TEXT NOT NULL,
  definition TEXT NOT NULL,
  agency TEXT NOT NULL,
  step TEXT NOT NULL,
  role TEXT NOT NULL,
  officer TEXT NOT NULL,
  charge TEXT NOT NULL,
  account TEXT NOT NULL,
  subject TEXT NOT NULL,
  submitted_at BIGINT NOT NULL,
  complete_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  wake_at BIGINT NOT NULL,
  escalated_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  flagged BIGINT NOT NULL,
  head BYTEA NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE UNIQUE INDEX casework_cases_number ON casework_cases (region, number);
CREATE INDEX casework_cases_undrawn ON casework_cases (region, agency, due_at, id) WHERE state = 'drawing' AND escalated_at > 0;
CREATE INDEX casework_cases_wake ON casework_cases (wake_at) WHERE wake_at > 0;

-- Append-only. plain holds nothing personal; body and proof are sealed under the case's key.
CREATE TABLE casework_events (
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  plain TEXT NOT NULL,
  body BYTEA NOT NULL,
  leaf TEXT NOT NULL,
  proof BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (region, case_id, seq)
);
CREATE TABLE casework_files (
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  id TEXT NOT NULL,
  meta BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (region, case_id, id)
);
CREATE TABLE casework_messages (
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (region, case_id, id)
);

-- Open tasks of an office, by due time; region is where the officer sits. Holds nothing personal.
CREATE TABLE casework_inbox (
  region TEXT NOT NULL,
  case_region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  officer TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  number TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL,
  step TEXT NOT NULL,
  flagged BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region, case_region, case_id)
);
CREATE INDEX casework_inbox_officer ON casework_inbox (region, officer, due_at, case_id);
CREATE INDEX casework_inbox_role ON casework_inbox (region, agency, role, due_at, case_id);
CREATE TABLE casework_totals (
  region TEXT NOT NULL,
  key TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (region, key)
);

-- A person's own list, filled through the outbox; lives with the account.
CREATE TABLE casework_mine (
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  number TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (account, region, case_id)
);
CREATE INDEX casework_mine_changed ON casework_mine (account, changed_at, case_id);

-- idx is the roster's index in the region's log, -1 until it stands there. office is where the
-- officers sit: the region itself, or the one above from which it inherits them.
CREATE TABLE casework_rosters (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  office TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  leaf TEXT NOT NULL,
  idx BIGINT NOT NULL,
  officers TEXT NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE INDEX casework_rosters_role ON casework_rosters (region, agency, role, id);
CREATE TABLE casework_absent (
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (region, account)
);

-- Kept figures for the forecast: how many cases took so many working days, on time or late.
CREATE TABLE casework_figures (
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  service TEXT NOT NULL,
  days BIGINT NOT NULL,
  late BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (region, agency, service, days, late)
);
-- The calendar under which a region's open deadlines were last derived.
CREATE TABLE casework_calendars (
  region TEXT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL,
  at BIGINT NOT NULL
);
