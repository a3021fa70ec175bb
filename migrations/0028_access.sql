-- Which app was shown which thing of a person in which quarter of an hour, so that repeated looks are
-- one row of access_rows.
CREATE TABLE access_app_looks (
  subject TEXT NOT NULL,
  app TEXT NOT NULL,
  thing TEXT NOT NULL,
  slot BIGINT NOT NULL,
  PRIMARY KEY (subject, app, thing, slot)
);
