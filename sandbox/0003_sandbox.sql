-- Contacts that were changed in the population register, the newest of each kind.
CREATE TABLE contact (nik TEXT NOT NULL, channel TEXT NOT NULL, value TEXT NOT NULL, previous TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (nik, channel));
