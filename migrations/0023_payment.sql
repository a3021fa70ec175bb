-- What nothing else can be derived from carries a MAC under a key of the node: who may write the
-- database, but has not its keys, cannot alter these rows without lancar verify noticing.
ALTER TABLE payment_charges ADD COLUMN mac TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_history ADD COLUMN mac TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_payments ADD COLUMN mac TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_codes ADD COLUMN mac TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_notices ADD COLUMN mac TEXT NOT NULL DEFAULT '';
