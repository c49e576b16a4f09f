package dev.hindsight.ops.erasure;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Applies erasures to a database whose keys are older than its log: keys that came back with a backup end again. For
 * whoever restores, before anything is served; read models are made from the log after it.
 */
public final class ErasedAgain {

    private static final String APPLY = """
            select coalesce(sum(keys.destroy(overlay(stream placing ':' from 7 for 1))), 0)
            from (select distinct stream from log.event
                   where name in ('person.data-erased', 'ticket.content-erased')) erased
            """;

    private ErasedAgain() {}

    /**
     * Reads the whole log once; done again it changes nothing.
     *
     * @param jdbc as the application or the owner of the schemas, in a transaction or not
     * @return how many keys were there and are destroyed now
     */
    public static long apply(JdbcClient jdbc) {
        return jdbc.sql(APPLY).query(Long.class).single();
    }
}
