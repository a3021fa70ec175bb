-- Only money in suspense is looked up by a payment's id: what is applied to a charge pays for no index.
DROP INDEX payment_payments_id;
CREATE INDEX payment_payments_suspended ON payment_payments (region, id) WHERE kind <> 'applied';
