package dev.hindsight.ops.erasure;

import dev.hindsight.command.erasure.DataKeyErasure;
import dev.hindsight.ops.codec.keys.KeyOwner;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Ends keys by the one function that the application may call for it. On the command's own connection, unlike every
 * other use of keys: the key and the event that tells of its end go together.
 */
final class DestroyedInDatabase implements DataKeyErasure {

    private static final int UUID_LENGTH = 36;

    private final JdbcClient jdbc;

    DestroyedInDatabase(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void destroyPerson(UUID person) {
        destroy(KeyOwner.person(person));
    }

    @Override
    public void destroyTicket(UUID ticket) {
        destroy(KeyOwner.ticket(ticket));
    }

    private void destroy(String owner) {
        jdbc.sql("select keys.destroy(?)").param(owner).query(Long.class).single();
    }

    @Override
    public List<UUID> ticketsOf(UUID person) {
        return jdbc.sql("select right(t.owner, " + UUID_LENGTH + ")::uuid from keys.data_key t"
                        + " join keys.data_key p on p.key_id = t.wrapped_by where p.owner = ? order by 1")
                .param(KeyOwner.person(person))
                .query(UUID.class)
                .list();
    }

    @Override
    public boolean isOf(UUID person, UUID ticket) {
        return jdbc.sql("select exists (select from keys.data_key t join keys.data_key p on p.key_id = t.wrapped_by"
                        + " where p.owner = ? and t.owner = ?)")
                .params(KeyOwner.person(person), KeyOwner.ticket(ticket))
                .query(Boolean.class)
                .single();
    }
}
