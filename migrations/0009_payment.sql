-- id is the case's id: a case has one charge.
CREATE TABLE payment_charges (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  number TEXT NOT NULL,
  account TEXT NOT NULL,
  title TEXT NOT NULL,
  lines TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  paid_at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (region, id)
);
CREATE INDEX payment_charges_due ON payment_charges (due_at) WHERE state = 'open';
-- What happened to a charge after it was made; its state is the last row's.
CREATE TABLE payment_history (
  region TEXT NOT NULL,
  charge TEXT NOT NULL,
  version BIGINT NOT NULL,
  event TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, charge, version)
);
CREATE TABLE payment_codes (
  region TEXT NOT NULL,
  reference TEXT NOT NULL,
  charge TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'live')),
  payload TEXT NOT NULL,
  merchant TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (region, reference)
);
CREATE UNIQUE INDEX payment_codes_asked ON payment_codes (region, charge) WHERE state = 'asked';
CREATE INDEX payment_codes_charge ON payment_codes (region, charge, expires_at);
-- kind says what the money was for: applied to the charge, or kept in suspense and due back.
CREATE TABLE payment_payments (
  region TEXT NOT NULL,
  reference TEXT NOT NULL,
  receipt TEXT NOT NULL,
  id TEXT NOT NULL,
  charge TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('applied', 'late', 'twice', 'cancelled')),
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  acquirer TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, reference, receipt)
);
CREATE INDEX payment_payments_charge ON payment_payments (region, charge);
-- A charge is paid once, whatever happens.
CREATE UNIQUE INDEX payment_payments_applied ON payment_payments (region, charge) WHERE kind = 'applied';
-- Notifications whose signature was right, with our answer.
CREATE TABLE payment_notices (
  region TEXT NOT NULL,
  day TEXT NOT NULL,
  external_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  hash TEXT NOT NULL,
  http BIGINT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, day, external_id)
);
-- The ledger: append only. id is the payment's; debit is positive.
CREATE TABLE payment_entries (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, id, seq)
);
-- Entries not yet in a balance. Rows leave when one writer folds them.
CREATE TABLE payment_unfolded (
  region TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  account TEXT NOT NULL,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (region, id, seq)
);
CREATE TABLE payment_balances (
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (region, account, currency)
);
-- What an account paid, for the person's own page.
CREATE TABLE payment_mine (
  account TEXT NOT NULL,
  settled_at BIGINT NOT NULL,
  region TEXT NOT NULL,
  charge TEXT NOT NULL,
  PRIMARY KEY (account, settled_at, region, charge)
);
