package dev.hindsight.command.people;

import dev.hindsight.command.dispatch.CommandDispatch.Conflict;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who has which address, token or name in a source: unique, by fingerprint, written in the transaction of the event
 * that says so. Derived: every row repeats a PersonRegistered, PersonIdentified or
 * PersonEmailVerified; of the addresses that a person had, only the last leads to them.
 */
public final class PersonIndex {

    private static final String EMAIL = "email";
    private static final String IDENTITY = "identity";
    private static final String IMPORTED = "imported";

    private final JdbcClient jdbc;
    private final Fingerprints fingerprints;

    public PersonIndex(JdbcClient jdbc, Fingerprints fingerprints) {
        this.jdbc = jdbc;
        this.fingerprints = fingerprints;
    }

    Optional<UUID> byIdentity(String issuer, String subject) {
        return jdbc.sql("select person_id from command.person_identity where fingerprint = ?")
                .param(identity(issuer, subject))
                .query(UUID.class)
                .optional();
    }

    /** @param email as {@code EmailAddress} keeps it */
    Optional<UUID> byEmail(String email) {
        return jdbc.sql("select person_id from command.person_email where fingerprint = ?")
                .param(fingerprints.of(EMAIL, email))
                .query(UUID.class)
                .optional();
    }

    /** Those of the names that are registered, with their people. At most some hundred names. */
    Map<String, UUID> byImportedNames(String source, Collection<String> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<ByteBuffer, String> asked = new HashMap<>();
        names.forEach(name -> asked.put(ByteBuffer.wrap(fingerprints.of(IMPORTED, name)), name));
        Map<String, UUID> known = new HashMap<>();
        jdbc.sql("select fingerprint, person_id from command.imported_person"
                        + " where source = :source and fingerprint in (:fingerprints)")
                .param("source", source)
                .param(
                        "fingerprints",
                        asked.keySet().stream().map(ByteBuffer::array).toList())
                .query(row -> {
                    String name = asked.get(ByteBuffer.wrap(row.getBytes("fingerprint")));
                    if (name != null) {
                        known.put(name, row.getObject("person_id", UUID.class));
                    }
                });
        return known;
    }

    public Optional<UUID> byImportedName(String source, String name) {
        return jdbc.sql("select person_id from command.imported_person where source = ? and fingerprint = ?")
                .params(source, fingerprints.of(IMPORTED, name))
                .query(UUID.class)
                .optional();
    }

    /** @throws Conflict where somebody has it */
    public void claimIdentity(String issuer, String subject, UUID person) {
        claimed(jdbc.sql("insert into command.person_identity (fingerprint, person_id) values (?, ?)"
                        + " on conflict do nothing")
                .params(identity(issuer, subject), person)
                .update());
    }

    /** @throws Conflict where somebody has it */
    public void claimEmail(String email, UUID person) {
        claimed(jdbc.sql("insert into command.person_email (fingerprint, person_id) values (?, ?)"
                        + " on conflict do nothing")
                .params(fingerprints.of(EMAIL, email), person)
                .update());
    }

    /** Nobody is known by it any more, so that whoever is given it next is somebody else. */
    void releaseEmail(String email, UUID person) {
        jdbc.sql("delete from command.person_email where fingerprint = ? and person_id = ?")
                .params(fingerprints.of(EMAIL, email), person)
                .update();
    }

    /** Nothing leads to this person any more, in the current transaction: what comes next is somebody else's. */
    public void forget(UUID person) {
        jdbc.sql("delete from command.person_email where person_id = ?")
                .param(person)
                .update();
        jdbc.sql("delete from command.person_identity where person_id = ?")
                .param(person)
                .update();
        jdbc.sql("delete from command.imported_person where person_id = ?")
                .param(person)
                .update();
    }

    /** @throws Conflict where somebody has it */
    public void claimImportedName(String source, String name, UUID person) {
        claimed(jdbc.sql("insert into command.imported_person (source, fingerprint, person_id) values (?, ?, ?)"
                        + " on conflict do nothing")
                .params(source, fingerprints.of(IMPORTED, name), person)
                .update());
    }

    private byte[] identity(String issuer, String subject) {
        return fingerprints.of(IDENTITY, issuer + "\n" + subject);
    }

    private static void claimed(int rows) {
        if (rows == 0) {
            throw new Conflict("somebody else was registered with it at the same moment");
        }
    }
}
