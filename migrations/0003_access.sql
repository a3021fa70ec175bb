-- access: who looked at whose data. A row commits in the reader's region and is never changed.
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
  ground TEXT NOT NULL,
  PRIMARY KEY (region, id)
);

-- The person's own list of the same looks, filled through the outbox.
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
  ground TEXT NOT NULL,
  PRIMARY KEY (subject, at, id)
);

-- Which account a subject has. One each way.
CREATE TABLE access_people (
  account TEXT NOT NULL PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL
);

-- A person's requests about their data; ask and answer are sealed under "person:SUBJECT".
CREATE TABLE access_requests (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  agency TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('why', 'see', 'correct', 'restrict', 'erase')),
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  row_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'working', 'done', 'refused', 'withdrawn')),
  ask BYTEA NOT NULL,
  answer BYTEA,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  officer TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE INDEX access_requests_open ON access_requests (region, due_at, id) WHERE closed_at = 0;
CREATE INDEX access_requests_person ON access_requests (subject, asked_at);

-- People who asked that the use of their data be restricted.
CREATE TABLE access_restrictions (
  subject TEXT NOT NULL PRIMARY KEY,
  since BIGINT NOT NULL
);

-- What retention did, per rule and run.
CREATE TABLE access_retention (
  rule TEXT NOT NULL,
  at BIGINT NOT NULL,
  done BIGINT NOT NULL,
  PRIMARY KEY (rule, at)
);
