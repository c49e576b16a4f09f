-- What the phases of a job took, so that the time left of the next one is no guess: milliseconds and size of each phase,
-- milliseconds and events up to the first batch (the server sorts before it), milliseconds up to the end of each index.
ALTER TABLE readmodel.job ADD COLUMN took jsonb NOT NULL DEFAULT '{}';
-- When done, total and took were written last.
ALTER TABLE readmodel.job ADD COLUMN progressed_at timestamptz;
