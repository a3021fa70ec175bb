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
CREATE TABLE publiclog_heads (
  region TEXT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  version BIGINT NOT NULL,
  holder TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  anchored BIGINT NOT NULL
);
CREATE TABLE publiclog_checkpoints (
  region TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, size)
);
CREATE TABLE publiclog_tiles (
  region TEXT NOT NULL,
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (region, level, n)
);
