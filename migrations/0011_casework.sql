-- Who a withdrawn case was drawn for: the same application sent again goes back to the same hands.
-- holder is a keyed hash of person and service.
CREATE TABLE casework_hands (
  region TEXT NOT NULL,
  holder TEXT NOT NULL,
  agency TEXT NOT NULL,
  role TEXT NOT NULL,
  account TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (region, holder, agency, role)
);
CREATE INDEX casework_hands_until ON casework_hands (until);
