-- Browsers that did not come back are forgotten.
CREATE INDEX identity_browsers_age ON identity_browsers (last_at);
