-- internal/jobs: work to be done later, and the outbox (an event is one job per subscriber).
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
CREATE INDEX jobs_ready ON jobs (run_at, id) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (created_at) WHERE state = 'done';

-- internal/keys: one data key per owner (a case, a person), wrapped by the node's master key.
CREATE TABLE keys_data (
  owner TEXT NOT NULL PRIMARY KEY,
  wrapped BYTEA,
  created_at BIGINT NOT NULL,
  destroyed_at BIGINT NOT NULL
);
