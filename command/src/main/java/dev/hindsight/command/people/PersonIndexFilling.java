package dev.hindsight.command.people;

import dev.hindsight.domain.Personal;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.people.PersonEvent.PersonEmailVerified;
import dev.hindsight.domain.people.PersonEvent.PersonIdentified;
import dev.hindsight.domain.people.PersonEvent.PersonRegistered;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Makes the index of people anew from the log, where it is empty. For one thread. */
public final class PersonIndexFilling {

    private final PersonIndex index;
    private final Map<UUID, String> addresses = new HashMap<>();

    public PersonIndexFilling(PersonIndex index) {
        this.index = index;
    }

    /** In the order of the log. Nothing is written of what was erased: nobody is known by that any more. */
    public void follow(PersonEvent event) {
        UUID person = event.personId();
        switch (event) {
            case PersonRegistered e -> {
                String email = e.email();
                if (email != null && !email.equals(Personal.ERASED)) {
                    address(email, person);
                }
                String issuer = e.issuer();
                String subject = e.subject();
                if (issuer != null && subject != null && !subject.equals(Personal.ERASED)) {
                    index.claimIdentity(issuer, subject, person);
                }
                String source = e.source();
                String name = e.sourceName();
                if (source != null && name != null && !name.equals(Personal.ERASED)) {
                    index.claimImportedName(source, name, person);
                }
            }
            case PersonIdentified e -> {
                if (!e.subject().equals(Personal.ERASED)) {
                    index.claimIdentity(e.issuer(), e.subject(), person);
                }
            }
            case PersonEmailVerified e -> {
                if (!e.email().equals(Personal.ERASED)) {
                    String before = addresses.get(person);
                    if (before != null) {
                        index.releaseEmail(before, person);
                    }
                    address(e.email(), person);
                }
            }
            default -> {}
        }
    }

    private void address(String email, UUID person) {
        addresses.put(person, email);
        index.claimEmail(email, person);
    }
}
