-- A PIN counts on one device: device is a MAC over the account and the secret that the browser holds, verifier one over the
-- PIN besides. tries are the wrong ones in a row; the row goes with the fifth.
CREATE TABLE identity_pins (
    id       TEXT   NOT NULL PRIMARY KEY,
    account  TEXT   NOT NULL,
    device   TEXT   NOT NULL,
    verifier BYTEA  NOT NULL,
    browser  TEXT   NOT NULL,
    tries    BIGINT NOT NULL,
    set_at   BIGINT NOT NULL,
    used_at  BIGINT NOT NULL,
    UNIQUE (account, device)
);
CREATE INDEX identity_pins_used ON identity_pins (used_at);
-- What a person has just confirmed that it may leave: once for a named occasion, for some minutes where name has none.
CREATE TABLE identity_releases (
    signin     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    way        TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (signin, name)
);
CREATE INDEX identity_releases_expire ON identity_releases (expires_at);
CREATE INDEX identity_releases_account ON identity_releases (account);
-- The PIN of the device on which a sign-in was made; it stays when the PIN is gone, so that who holds the session has to prove
-- themself anew.
ALTER TABLE identity_sessions ADD COLUMN pin TEXT NOT NULL DEFAULT '';
