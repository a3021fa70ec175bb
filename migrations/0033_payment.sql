-- Where a payer wants money back: bank, number and holder, sealed under the key of their account;
-- the row goes when the money did.
CREATE TABLE payment_payees (
  region TEXT NOT NULL,
  payment TEXT NOT NULL,
  account TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (region, payment)
);
