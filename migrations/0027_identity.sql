-- Every open account claims the number it is filed under, as a changed number is claimed: one row a number.
INSERT INTO identity_numbers (subject, account, officer, at) SELECT subject, id, '', created_at FROM identity_accounts WHERE kind <> 'officer' AND closed_at = 0 ON CONFLICT (subject) DO NOTHING;
