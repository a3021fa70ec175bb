-- An app in production gets other keys when a second officer says so; until then they wait here.
CREATE TABLE identity_client_keys (
  client TEXT NOT NULL PRIMARY KEY,
  officer TEXT NOT NULL,
  jwks TEXT NOT NULL,
  certificates TEXT NOT NULL,
  at BIGINT NOT NULL
);

-- When an app whose officer left the office stops, 0 for one that is answered for.
ALTER TABLE identity_clients ADD COLUMN stops_at BIGINT NOT NULL DEFAULT 0;
