-- Rebuilds that were ordered together and are filled from one reading of the log have the same; null for the others.
ALTER TABLE readmodel.job ADD COLUMN pass uuid;
