-- Which tickets ever linked to a ticket, also where the link is undone: by the first link that a timeline's entry tells,
-- so that a past moment shows links from both ends.
CREATE INDEX ticket_timeline_linked_idx ON readmodel.ticket_timeline (
    (coalesce(jsonb_path_query_first(changes, '$[*] ? (@.field starts with "links.")') ->> 'after',
              jsonb_path_query_first(changes, '$[*] ? (@.field starts with "links.")') ->> 'before')))
    WHERE event IN ('TicketOpened', 'TicketLinked', 'TicketUnlinked')
        AND jsonb_path_exists(changes, '$[*] ? (@.field starts with "links.")');

-- Generations that are filled already.
DO $$
DECLARE
    filled integer;
BEGIN
    FOR filled IN SELECT generation FROM readmodel.generation WHERE model = 'tickets' LOOP
        IF to_regclass('readmodel.ticket_timeline_g' || filled) IS NOT NULL THEN
            EXECUTE replace(replace(pg_get_indexdef('readmodel.ticket_timeline_linked_idx'::regclass),
                'ticket_timeline_linked_idx', 'ticket_timeline_linked_idx_g' || filled),
                'readmodel.ticket_timeline ', 'readmodel.ticket_timeline_g' || filled || ' ');
        END IF;
    END LOOP;
END
$$;
