CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE code (
  reference TEXT PRIMARY KEY, partner_reference TEXT NOT NULL UNIQUE, amount BIGINT NOT NULL, currency TEXT NOT NULL,
  merchant TEXT NOT NULL, bill TEXT NOT NULL, payload TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, paid_at BIGINT NOT NULL);
CREATE INDEX code_unpaid ON code (created_at) WHERE paid_at = 0;
CREATE TABLE payment (receipt TEXT PRIMARY KEY, reference TEXT NOT NULL, amount BIGINT NOT NULL, paid_at BIGINT NOT NULL, mode TEXT NOT NULL);
CREATE INDEX payment_reference ON payment (reference);
CREATE INDEX payment_paid ON payment (paid_at);
CREATE TABLE delivery (
  id TEXT PRIMARY KEY, receipt TEXT NOT NULL, reference TEXT NOT NULL, body TEXT NOT NULL, forged BIGINT NOT NULL, state TEXT NOT NULL,
  due_at BIGINT NOT NULL, attempts BIGINT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'waiting';
CREATE INDEX delivery_reference ON delivery (reference);
CREATE TABLE external (day TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (day, id));
CREATE TABLE message (
  id BIGINT PRIMARY KEY, channel TEXT NOT NULL, recipient TEXT NOT NULL, dedup TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,
  code TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX message_recipient ON message (recipient, id);
CREATE UNIQUE INDEX message_dedup ON message (channel, dedup) WHERE dedup <> '';
CREATE TABLE business (nik TEXT NOT NULL, name TEXT NOT NULL, nib TEXT NOT NULL, kbli TEXT NOT NULL, village TEXT NOT NULL, issued TEXT NOT NULL, PRIMARY KEY (nik, name));
