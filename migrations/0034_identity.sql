-- Which clients are resource servers: 1 yes, 0 no, -1 not said since this column is there.
ALTER TABLE identity_clients ADD COLUMN server BIGINT NOT NULL DEFAULT -1;
CREATE INDEX identity_clients_servers ON identity_clients (id) WHERE server <> 0;

-- The last errors of an app, one row a kind: how often, and the newest of it in words.
DROP TABLE identity_client_errors;
CREATE TABLE identity_client_errors (
  client TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  code TEXT NOT NULL,
  place BIGINT NOT NULL,
  n BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (client, endpoint, code, place)
);
CREATE INDEX identity_client_errors_age ON identity_client_errors (at);
