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
CREATE TABLE document_files (
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (region, core)
);
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
CREATE TABLE document_lists (
  subject TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  region TEXT NOT NULL,
  core TEXT NOT NULL,
  PRIMARY KEY (subject, issued_at, region, core)
);
