-- Looks are chained: one sequencer closes what has come into blocks. A look that is in no block yet has block 0.
ALTER TABLE access_rows ADD COLUMN block BIGINT NOT NULL DEFAULT 0;
CREATE INDEX access_rows_waiting ON access_rows (region, id) WHERE block = 0;

-- digests are the SHA-256 of the block's looks in the order of their ids, 32 bytes each; head chains them
-- to the block before; leaf is in the region's public log, where the head is served.
CREATE TABLE access_blocks (
  region TEXT NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  digests BYTEA NOT NULL,
  head BYTEA NOT NULL,
  leaf TEXT NOT NULL,
  PRIMARY KEY (region, n)
);
