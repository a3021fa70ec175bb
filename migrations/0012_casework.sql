-- Who took an officer out of draws, or back in, and when; record and nonce open the leaf in the
-- region's log. Rows are only added.
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
