-- When a person answered an agent's question; 0 for never: then it lapsed.
ALTER TABLE identity_mandate_asks ADD COLUMN answered_at BIGINT NOT NULL DEFAULT 0;
