-- Questions to registers that were down when first asked; sealed under the node's key, and
-- deleted once answered.
CREATE TABLE exchange_later (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  question BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);
