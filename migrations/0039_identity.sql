-- A code says all that it needs itself, sealed; its grant is made when it is used.
ALTER TABLE identity_grants DROP COLUMN code_until;
