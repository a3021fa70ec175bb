-- The whole schema, made from the migrations by: go test ./migrations -update

CREATE TABLE access_app_looks (
  subject TEXT NOT NULL,
  app TEXT NOT NULL,
  thing TEXT NOT NULL,
  slot BIGINT NOT NULL,
  PRIMARY KEY (subject, app, thing, slot)
);

CREATE TABLE access_asked (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  agency TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('why', 'see', 'correct', 'restrict', 'erase', 'object')),
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  row_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'working', 'done', 'refused', 'withdrawn', 'passed')),
  ask BYTEA NOT NULL,
  answer BYTEA,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  officer TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE INDEX access_asked_open ON access_asked (region, due_at, id) WHERE closed_at = 0;

CREATE INDEX access_asked_person ON access_asked (subject, asked_at);

CREATE TABLE access_blocks (
  region TEXT NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  digests BYTEA NOT NULL,
  head BYTEA NOT NULL,
  leaf TEXT NOT NULL,
  PRIMARY KEY (region, n)
);

CREATE TABLE access_breached (
  region TEXT NOT NULL,
  breach TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (region, breach, subject)
);

CREATE INDEX access_breached_untold ON access_breached (region, breach, subject) WHERE told_at = 0 AND account <> '';

CREATE TABLE access_breaches (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  agency TEXT NOT NULL,
  officer TEXT NOT NULL,
  what TEXT NOT NULL,
  how TEXT NOT NULL,
  measures TEXT NOT NULL,
  contact TEXT NOT NULL,
  pick TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  authority_at BIGINT NOT NULL,
  authority_ref TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE INDEX access_breaches_due ON access_breaches (region, due_at, id);

CREATE TABLE access_consents (
  subject TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  client TEXT NOT NULL,
  name TEXT NOT NULL,
  kinds TEXT NOT NULL,
  purpose TEXT NOT NULL,
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  PRIMARY KEY (subject, id)
);

CREATE UNIQUE INDEX access_consents_one ON access_consents (subject, client) WHERE ended = 0;

CREATE TABLE access_people (
  account TEXT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL
);

CREATE TABLE access_restrictions (
  subject TEXT NOT NULL PRIMARY KEY,
  since BIGINT NOT NULL
);

CREATE TABLE access_retention (
  rule TEXT NOT NULL,
  at BIGINT NOT NULL,
  done BIGINT NOT NULL,
  PRIMARY KEY (rule, at)
);

CREATE TABLE access_rows (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  case_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  who_kind TEXT NOT NULL,
  who_id TEXT NOT NULL,
  who_name TEXT NOT NULL,
  who_role TEXT NOT NULL,
  who_agency TEXT NOT NULL,
  what TEXT NOT NULL,
  words TEXT NOT NULL,
  purpose TEXT NOT NULL,
  ground TEXT NOT NULL, acting_for TEXT NOT NULL DEFAULT '', mandate TEXT NOT NULL DEFAULT '', consent TEXT NOT NULL DEFAULT '', block BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (region, id)
);

CREATE INDEX access_rows_waiting ON access_rows (region, id) WHERE block = 0;

CREATE TABLE access_seen (
  subject TEXT NOT NULL,
  at BIGINT NOT NULL,
  id TEXT NOT NULL,
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  who_kind TEXT NOT NULL,
  who_id TEXT NOT NULL,
  who_name TEXT NOT NULL,
  who_role TEXT NOT NULL,
  who_agency TEXT NOT NULL,
  what TEXT NOT NULL,
  words TEXT NOT NULL,
  purpose TEXT NOT NULL,
  ground TEXT NOT NULL, acting_for TEXT NOT NULL DEFAULT '', mandate TEXT NOT NULL DEFAULT '', consent TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (subject, at, id)
);

CREATE TABLE casework_absences (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  absent BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  at BIGINT NOT NULL,
  record BYTEA NOT NULL,
  nonce BYTEA NOT NULL,
  leaf TEXT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE INDEX casework_absences_account ON casework_absences (region, account, id);

CREATE TABLE casework_absent (
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (region, account)
);

CREATE TABLE casework_calendars (
  region TEXT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL,
  at BIGINT NOT NULL
);

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

CREATE TABLE casework_draft_files (
  account TEXT NOT NULL,
  draft TEXT NOT NULL,
  id TEXT NOT NULL,
  meta BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (account, draft, id)
);

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

CREATE TABLE casework_figures (
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  service TEXT NOT NULL,
  days BIGINT NOT NULL,
  late BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (region, agency, service, days, late)
);

CREATE TABLE casework_files (
  region TEXT NOT NULL,
  case_id TEXT NOT NULL,
  id TEXT NOT NULL,
  meta BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (region, case_id, id)
);

CREATE TABLE casework_hands (
  region TEXT NOT NULL,
  holder TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  account TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (region, holder, agency, role)
);

CREATE INDEX casework_hands_until ON casework_hands (until);

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

CREATE INDEX casework_inbox_officer ON casework_inbox (region, officer, due_at, case_id, case_region, number, service, state, step, flagged, version);

CREATE INDEX casework_inbox_role ON casework_inbox (region, agency, role, due_at, case_id);

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

CREATE INDEX casework_mine_changed ON casework_mine (account, changed_at, case_id, region, number, service, state, due_at);

CREATE TABLE casework_requests (
  account TEXT NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  verb TEXT NOT NULL,
  ref TEXT NOT NULL,
  ask TEXT NOT NULL,
  at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (account, actor, key)
);

CREATE INDEX casework_requests_age ON casework_requests (at);

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

CREATE TABLE casework_totals (
  region TEXT NOT NULL,
  key TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (region, key)
);

CREATE TABLE catalog_versions (
    slug      TEXT   NOT NULL,
    hash      TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    published BIGINT NOT NULL,
    PRIMARY KEY (slug, hash)
);

CREATE TABLE document_documents (
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('permit', 'refusal', 'receipt', 'letter')),
  state TEXT NOT NULL CHECK (state IN ('valid', 'revoked', 'superseded')),
  version BIGINT NOT NULL,
  case_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  owner TEXT NOT NULL,
  title TEXT NOT NULL,
  holder TEXT NOT NULL,
  about TEXT NOT NULL,
  office TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  replaced_by TEXT NOT NULL,
  PRIMARY KEY (region, core)
);

CREATE INDEX document_documents_case ON document_documents (region, case_id);

CREATE TABLE document_events (
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  version BIGINT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('issued', 'revoked', 'superseded')),
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  leaf TEXT NOT NULL,
  proof BYTEA NOT NULL,
  PRIMARY KEY (region, core, version)
);

CREATE TABLE document_files (
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (region, core)
);

CREATE TABLE document_lists (
  subject TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  PRIMARY KEY (subject, issued_at, region, core)
);

CREATE TABLE exchange_later (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  question BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE TABLE "identity_accounts" (
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

CREATE UNIQUE INDEX identity_accounts_handle ON identity_accounts (handle) WHERE handle <> '';

CREATE UNIQUE INDEX identity_accounts_subject ON identity_accounts (subject) WHERE kind <> 'officer' AND closed_at = 0;

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
, young BIGINT NOT NULL DEFAULT 0);

CREATE INDEX identity_attempts_age ON identity_attempts (created_at);

CREATE TABLE identity_browsers (
  account TEXT NOT NULL,
  mark TEXT NOT NULL,
  device TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (account, mark)
);

CREATE INDEX identity_browsers_age ON identity_browsers (last_at);

CREATE TABLE identity_client_errors (
  client TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  code TEXT NOT NULL,
  place BIGINT NOT NULL,
  n BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (client, endpoint, code, place)
);

CREATE INDEX identity_client_errors_age ON identity_client_errors (at);

CREATE TABLE identity_client_keys (
  client TEXT NOT NULL PRIMARY KEY,
  officer TEXT NOT NULL,
  jwks TEXT NOT NULL,
  certificates TEXT NOT NULL,
  at BIGINT NOT NULL
);

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
, stops_at BIGINT NOT NULL DEFAULT 0, server BIGINT NOT NULL DEFAULT -1);

CREATE INDEX identity_clients_agency ON identity_clients (agency, id);

CREATE INDEX identity_clients_servers ON identity_clients (id) WHERE server <> 0;

CREATE TABLE identity_contacts (
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  channel TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  added_at BIGINT NOT NULL,
  proven_at BIGINT NOT NULL,
  register BIGINT NOT NULL,
  ended_at BIGINT NOT NULL, ends_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (account, hash)
);

CREATE INDEX identity_contacts_hash ON identity_contacts (hash);

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
  verdict TEXT NOT NULL, proposed_by TEXT NOT NULL DEFAULT '', proposed_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (region, id)
);

CREATE UNIQUE INDEX identity_disputes_once ON identity_disputes (region, account, hash) WHERE settled_at = 0;

CREATE INDEX identity_disputes_open ON identity_disputes (region, at) WHERE settled_at = 0;

CREATE TABLE identity_exchanged (
  token TEXT NOT NULL,
  parent TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (parent, token)
);

CREATE INDEX identity_exchanged_age ON identity_exchanged (expires_at);

CREATE TABLE identity_grants (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  account TEXT NOT NULL,
  session TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  code_at BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  jkt TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX identity_grants_account ON identity_grants (account, client);

CREATE INDEX identity_grants_age ON identity_grants (expires_at);

CREATE TABLE identity_happenings (
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  id TEXT NOT NULL,
  what TEXT NOT NULL,
  detail BYTEA NOT NULL,
  PRIMARY KEY (account, at, id)
);

CREATE INDEX identity_happenings_age ON identity_happenings (at);

CREATE TABLE identity_limits (
  name TEXT NOT NULL,
  slot BIGINT NOT NULL,
  n BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (name, slot)
);

CREATE INDEX identity_limits_age ON identity_limits (ends_at);

CREATE TABLE identity_machine_alarms (
  machine TEXT NOT NULL,
  day BIGINT NOT NULL,
  rule TEXT NOT NULL,
  at BIGINT NOT NULL,
  seen TEXT NOT NULL,
  usual TEXT NOT NULL,
  PRIMARY KEY (machine, day, rule)
);

CREATE TABLE identity_machine_budgets (
  machine TEXT NOT NULL,
  span TEXT NOT NULL,
  slot BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (machine, span, slot)
);

CREATE INDEX identity_machine_budgets_age ON identity_machine_budgets (ends_at);

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
  last_used BIGINT NOT NULL, seal BYTEA NOT NULL DEFAULT '',
  PRIMARY KEY (machine, thumb)
);

CREATE TABLE identity_machine_nets (
  machine TEXT NOT NULL,
  net TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (machine, net)
);

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

CREATE TABLE identity_machine_use (
  machine TEXT NOT NULL,
  hour BIGINT NOT NULL,
  scope TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (machine, hour, scope)
);

CREATE INDEX identity_machine_use_age ON identity_machine_use (hour);

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
, seal BYTEA NOT NULL DEFAULT '');

CREATE INDEX identity_machines_office ON identity_machines (region, agency, id);

CREATE INDEX identity_machines_open ON identity_machines (expires_at) WHERE state NOT IN ('stopped', 'expired');

CREATE INDEX identity_machines_owner ON identity_machines (owner, id);

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
, answered_at BIGINT NOT NULL DEFAULT 0, level BIGINT NOT NULL DEFAULT 0);

CREATE INDEX identity_mandate_asks_age ON identity_mandate_asks (made_at);

CREATE INDEX identity_mandate_asks_of ON identity_mandate_asks (principal, made_at);

CREATE UNIQUE INDEX identity_mandate_asks_open ON identity_mandate_asks (mandate, verb, ref, amount) WHERE state IN ('waiting', 'approved');

CREATE TABLE identity_mandate_codes (
  mandate TEXT NOT NULL PRIMARY KEY,
  code BYTEA NOT NULL,
  tries BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

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

CREATE INDEX identity_mandates_claimed ON identity_mandates (region) WHERE state = 'claimed';

CREATE INDEX identity_mandates_holder ON identity_mandates (holder, made_at) WHERE holder <> '';

CREATE INDEX identity_mandates_offered ON identity_mandates (holder_subject) WHERE state = 'offered';

CREATE INDEX identity_mandates_over ON identity_mandates (ended_at) WHERE ended_at > 0;

CREATE INDEX identity_mandates_principal ON identity_mandates (principal, made_at);

CREATE INDEX identity_mandates_wake ON identity_mandates (wake_at) WHERE wake_at > 0;

CREATE TABLE identity_numbers (
  subject TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  officer TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX identity_numbers_account ON identity_numbers (account);

CREATE TABLE identity_officers (
  account TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  family TEXT NOT NULL
);

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

CREATE TABLE identity_pins (
    id       TEXT   NOT NULL PRIMARY KEY,
    account  TEXT   NOT NULL,
    device   TEXT   NOT NULL,
    verifier BYTEA  NOT NULL,
    browser  TEXT   NOT NULL,
    tries    BIGINT NOT NULL,
    set_at   BIGINT NOT NULL,
    used_at  BIGINT NOT NULL,
    UNIQUE (account, device)
);

CREATE INDEX identity_pins_used ON identity_pins (used_at);

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

CREATE TABLE identity_releases (
    signin     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    way        TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (signin, name)
);

CREATE INDEX identity_releases_account ON identity_releases (account);

CREATE INDEX identity_releases_expire ON identity_releases (expires_at);

CREATE TABLE identity_requests (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pushed', 'asking', 'done')),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX identity_requests_age ON identity_requests (expires_at);

CREATE TABLE identity_roles (
  region TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (region, agency, role, account)
);

CREATE INDEX identity_roles_account ON identity_roles (account);

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
, level BIGINT NOT NULL DEFAULT 1, methods TEXT NOT NULL DEFAULT 'otp', authenticated_at BIGINT NOT NULL DEFAULT 0, mandate TEXT NOT NULL DEFAULT '', pin TEXT NOT NULL DEFAULT '');

CREATE INDEX identity_sessions_account ON identity_sessions (account);

CREATE INDEX identity_sessions_age ON identity_sessions (ends_at);

CREATE INDEX identity_sessions_family ON identity_sessions (family);

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

CREATE TABLE identity_tickets (
  ticket TEXT NOT NULL PRIMARY KEY,
  session TEXT NOT NULL,
  host TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX identity_tickets_age ON identity_tickets (expires_at);

CREATE TABLE identity_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  client TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  data BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);

CREATE INDEX identity_tokens_age ON identity_tokens (expires_at);

CREATE TABLE identity_totp (
  account TEXT NOT NULL PRIMARY KEY,
  secret BYTEA NOT NULL,
  level BIGINT NOT NULL,
  step BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL
);

CREATE TABLE identity_used (
  id TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);

CREATE INDEX identity_used_age ON identity_used (expires_at);

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

CREATE INDEX identity_waits_account ON identity_waits (account, expires_at);

CREATE INDEX identity_waits_age ON identity_waits (expires_at);

CREATE UNIQUE INDEX identity_waits_code ON identity_waits (code) WHERE code <> '';

CREATE TABLE jobs (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  queue TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
  dedup TEXT,
  payload BYTEA NOT NULL,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  worker TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE UNIQUE INDEX jobs_dedup ON jobs (region, queue, dedup) WHERE dedup IS NOT NULL;

CREATE INDEX jobs_ended ON jobs (created_at) WHERE state = 'done';

CREATE INDEX jobs_ready ON jobs (run_at, id) WHERE state = 'ready';

CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';

CREATE TABLE keys_data (
  owner TEXT NOT NULL PRIMARY KEY,
  wrapped BYTEA,
  created_at BIGINT NOT NULL,
  destroyed_at BIGINT NOT NULL
);

CREATE TABLE notify_deliveries (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  message TEXT NOT NULL,
  channel TEXT NOT NULL,
  address BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  attempts BIGINT NOT NULL,
  error TEXT NOT NULL,
  at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE INDEX notify_deliveries_failing ON notify_deliveries (changed_at) WHERE state = 'failed' OR (state = 'queued' AND attempts > 0);

CREATE INDEX notify_deliveries_message ON notify_deliveries (message);

CREATE TABLE notify_messages (
  id TEXT NOT NULL PRIMARY KEY,
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  dedup TEXT,
  owner TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  secret BIGINT NOT NULL,
  at BIGINT NOT NULL,
  read_at BIGINT NOT NULL
);

CREATE INDEX notify_messages_age ON notify_messages (secret, at);

CREATE UNIQUE INDEX notify_messages_dedup ON notify_messages (account, dedup) WHERE dedup IS NOT NULL;

CREATE INDEX notify_messages_inbox ON notify_messages (account, at, id) WHERE secret = 0;

CREATE TABLE payment_balances (
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (region, account, currency)
);

CREATE TABLE payment_charges (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  account TEXT NOT NULL,
  title TEXT NOT NULL,
  lines TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  paid_at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL,
  version BIGINT NOT NULL, mac TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region, id)
);

CREATE INDEX payment_charges_due ON payment_charges (due_at) WHERE state = 'open';

CREATE TABLE payment_codes (
  region TEXT NOT NULL,
  reference TEXT NOT NULL,
  charge TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'live')),
  payload TEXT NOT NULL,
  merchant TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, mac TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region, reference)
);

CREATE UNIQUE INDEX payment_codes_asked ON payment_codes (region, charge) WHERE state = 'asked';

CREATE INDEX payment_codes_charge ON payment_codes (region, charge, expires_at);

CREATE TABLE payment_due (
  region TEXT NOT NULL,
  at BIGINT NOT NULL,
  place TEXT NOT NULL,
  payment TEXT NOT NULL,
  charge TEXT NOT NULL,
  PRIMARY KEY (region, at, place, payment)
);

CREATE TABLE payment_entries (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, id, seq)
);

CREATE TABLE payment_history (
  region TEXT NOT NULL,
  charge TEXT NOT NULL,
  version BIGINT NOT NULL,
  event TEXT NOT NULL,
  at BIGINT NOT NULL, mac TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region, charge, version)
);

CREATE TABLE payment_mine (
  account TEXT NOT NULL,
  settled_at BIGINT NOT NULL,
  region TEXT NOT NULL,
  charge TEXT NOT NULL,
  PRIMARY KEY (account, settled_at, region, charge)
);

CREATE TABLE payment_notices (
  region TEXT NOT NULL,
  day TEXT NOT NULL,
  external_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  hash TEXT NOT NULL,
  http BIGINT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL, mac TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region, day, external_id)
);

CREATE TABLE payment_payees (
  region TEXT NOT NULL,
  payment TEXT NOT NULL,
  account TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, payment)
);

CREATE TABLE payment_payments (
  region TEXT NOT NULL,
  reference TEXT NOT NULL,
  receipt TEXT NOT NULL,
  id TEXT NOT NULL,
  charge TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('applied', 'late', 'twice', 'cancelled')),
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  acquirer TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  at BIGINT NOT NULL, mac TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (region, reference, receipt)
);

CREATE UNIQUE INDEX payment_payments_applied ON payment_payments (region, charge) WHERE kind = 'applied';

CREATE INDEX payment_payments_charge ON payment_payments (region, charge);

CREATE INDEX payment_payments_suspended ON payment_payments (region, id) WHERE kind <> 'applied';

CREATE TABLE payment_refunds (
  region TEXT NOT NULL,
  payment TEXT NOT NULL,
  id TEXT NOT NULL,
  charge TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('asked', 'waiting', 'recorded', 'returned')),
  way TEXT NOT NULL CHECK (way IN ('', 'bank', 'transfer')),
  reference TEXT NOT NULL,
  sent_on TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  mac TEXT NOT NULL,
  PRIMARY KEY (region, payment)
);

CREATE UNIQUE INDEX payment_refunds_reference ON payment_refunds (region, way, reference) WHERE reference <> '';

CREATE TABLE payment_unfolded (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (region, id, seq)
);

CREATE TABLE publiclog_checkpoints (
  region TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, size)
);

CREATE TABLE publiclog_heads (
  region TEXT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  version BIGINT NOT NULL,
  holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  anchored BIGINT NOT NULL
);

CREATE TABLE publiclog_leaves (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  idx BIGINT,
  kind TEXT NOT NULL CHECK (kind IN ('private', 'public')),
  body BYTEA NOT NULL,
  await TEXT NOT NULL,
  PRIMARY KEY (region, id)
);

CREATE UNIQUE INDEX publiclog_leaves_idx ON publiclog_leaves (region, idx) WHERE idx IS NOT NULL;

CREATE INDEX publiclog_leaves_waiting ON publiclog_leaves (region, id) WHERE idx IS NULL;

CREATE TABLE publiclog_tiles (
  region TEXT NOT NULL,
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (region, level, n)
);

CREATE TABLE schema_migrations (id TEXT PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL);
