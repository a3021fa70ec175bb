-- access: what a person agreed to give to an app, until when, and when they ended it. An agreement
-- is never changed but ended; the newest of an app that has not ended is the one in force.
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

-- On whose behalf a look was made, under which mandate, and by which app's agreement.
ALTER TABLE access_rows ADD COLUMN acting_for TEXT NOT NULL DEFAULT '';
ALTER TABLE access_rows ADD COLUMN mandate TEXT NOT NULL DEFAULT '';
ALTER TABLE access_rows ADD COLUMN consent TEXT NOT NULL DEFAULT '';
ALTER TABLE access_seen ADD COLUMN acting_for TEXT NOT NULL DEFAULT '';
ALTER TABLE access_seen ADD COLUMN mandate TEXT NOT NULL DEFAULT '';
ALTER TABLE access_seen ADD COLUMN consent TEXT NOT NULL DEFAULT '';
