-- Mandates that ended long ago, and old questions, are found by when that was.
CREATE INDEX identity_mandates_over ON identity_mandates (ended_at) WHERE ended_at > 0;
CREATE INDEX identity_mandate_asks_age ON identity_mandate_asks (made_at);
