-- Payments that went back, by the partner's number of the return. A payment that is firm comes from
-- a bank that takes none back.
CREATE TABLE refund (number TEXT PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, reference TEXT NOT NULL, refund_no TEXT NOT NULL, amount BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX refund_reference ON refund (reference);
ALTER TABLE payment ADD COLUMN firm BIGINT NOT NULL DEFAULT 0;
