-- What callers of the API named by an Idempotency-Key, so that the same call again is the same act:
-- key is a hash of it, actor the app or machine, ask the question to the person that it waits for.
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
