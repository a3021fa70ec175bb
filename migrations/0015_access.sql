-- access: a person may also object, and a request about data that another office keeps is passed on
-- to it: the new one names the one it came from, with the same clock.
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
INSERT INTO access_asked (region, id, agency, kind, subject, account, row_id, origin, state, ask, answer, asked_at, due_at, officer, closed_at, version)
  SELECT region, id, agency, kind, subject, account, row_id, '', state, ask, answer, asked_at, due_at, officer, closed_at, version FROM access_requests;
DROP TABLE access_requests;
CREATE INDEX access_asked_open ON access_asked (region, due_at, id) WHERE closed_at = 0;
CREATE INDEX access_asked_person ON access_asked (subject, asked_at);

-- A failure to protect data (UU 27/2022 Article 46): what, whose, what is done, and when the people
-- and the authority were told. Both clocks run from when it was found.
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

-- Whose data a breach concerns. account is empty for who has none and is told by letter or publicly.
CREATE TABLE access_breached (
  region TEXT NOT NULL,
  breach TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (region, breach, subject)
);
CREATE INDEX access_breached_untold ON access_breached (region, breach, subject) WHERE told_at = 0 AND account <> '';
