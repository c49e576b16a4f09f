-- Where an append call has its place. The row is nearly always one of the last few numbers: a bounded search reads those
-- alone, where an open one reads half a page of the index backwards (measured: 3 us instead of 12 for each event). The
-- second branch runs only where the first finds nothing, in a run of more than sixteen.

CREATE FUNCTION log.placement_of(number bigint) RETURNS SETOF log.placement
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT p.* FROM (
        SELECT * FROM (
            (SELECT * FROM log.placement WHERE first_append BETWEEN number - 15 AND number
             ORDER BY first_append DESC LIMIT 1)
            UNION ALL
            (SELECT * FROM log.placement WHERE first_append < number - 15
                AND NOT EXISTS (SELECT FROM log.placement WHERE first_append BETWEEN number - 15 AND number)
             ORDER BY first_append DESC LIMIT 1)) nearest
        LIMIT 1) p
    WHERE number < p.first_append + p.appends
$$;

COMMENT ON FUNCTION log.placement_of IS
    'The row that places the events of an append call; none where they have no place yet. Inlined into the statement that asks.';

CREATE OR REPLACE VIEW log.placed_event AS
SELECT p.first_position + (e.append_number - p.first_append) + e.append_index AS position, p.recorded_at, e.*
FROM log.event e, log.placement_of(e.append_number) p;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hindsight_app') THEN
        GRANT EXECUTE ON FUNCTION log.placement_of TO hindsight_app;
    END IF;
END
$$;
