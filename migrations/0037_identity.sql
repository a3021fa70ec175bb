-- When a contact that its owner removes stops opening the account, 0 for one that stays.
ALTER TABLE identity_contacts ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;
