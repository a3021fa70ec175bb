-- notify: messages to people and officers. Title, body, link and addresses are sealed.
CREATE TABLE notify_messages (
  id TEXT NOT NULL PRIMARY KEY,
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  dedup TEXT,
  owner TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  secret BIGINT NOT NULL,
  at BIGINT NOT NULL,
  read_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX notify_messages_dedup ON notify_messages (account, dedup) WHERE dedup IS NOT NULL;
CREATE INDEX notify_messages_inbox ON notify_messages (account, at, id) WHERE secret = 0;
CREATE INDEX notify_messages_age ON notify_messages (secret, at);

CREATE TABLE notify_deliveries (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  message TEXT NOT NULL,
  channel TEXT NOT NULL,
  address BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
  attempts BIGINT NOT NULL,
  error TEXT NOT NULL,
  at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE INDEX notify_deliveries_message ON notify_deliveries (message);
CREATE INDEX notify_deliveries_failing ON notify_deliveries (changed_at) WHERE state = 'failed' OR (state = 'queued' AND attempts > 0);
