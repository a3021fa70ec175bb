-- One row for each payment that is being paid back or was: who recorded it, who confirmed it. id is
-- that of its transaction in the ledger.
CREATE TABLE payment_refunds (
  region TEXT NOT NULL,
  payment TEXT NOT NULL,
  id TEXT NOT NULL,
  charge TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('asked', 'waiting', 'recorded', 'returned')),
  way TEXT NOT NULL CHECK (way IN ('', 'bank', 'transfer')),
  reference TEXT NOT NULL,
  sent_on TEXT NOT NULL,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  mac TEXT NOT NULL,
  PRIMARY KEY (region, payment)
);
-- One transfer pays one payment back.
CREATE UNIQUE INDEX payment_refunds_reference ON payment_refunds (region, way, reference) WHERE reference <> '';
-- Money that is due back and not yet returned; region is that of the treasury which has it, place that of the charge.
CREATE TABLE payment_due (
  region TEXT NOT NULL,
  at BIGINT NOT NULL,
  place TEXT NOT NULL,
  payment TEXT NOT NULL,
  charge TEXT NOT NULL,
  PRIMARY KEY (region, at, place, payment)
);
INSERT INTO payment_due (region, at, place, payment, charge) SELECT region, at, region, id, charge FROM payment_payments WHERE kind <> 'applied';
CREATE INDEX payment_payments_id ON payment_payments (region, id);
