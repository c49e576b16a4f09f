-- A generation of "ticket-search" is being made when its row of search_index is there (uuid '' until its index is); a
-- row whose generation is gone says that its index is still to be dropped.

-- Set by a switch of "tickets" to rows that differ from those before it: every document is held against the rows, and
-- what differs is written anew. Which order is carried out is told by its number, so that a later one is not lost.
ALTER TABLE readmodel.search_index ADD COLUMN mend_asked bigint NOT NULL DEFAULT 0;
ALTER TABLE readmodel.search_index ADD COLUMN mended     bigint NOT NULL DEFAULT 0;
