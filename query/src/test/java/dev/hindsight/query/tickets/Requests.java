package dev.hindsight.query.tickets;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Requests for lists, written as a URL has them. */
final class Requests {

    private Requests() {}

    /** @param parameters {@code name=value}; one whose value is {@code null} is left out */
    static TicketListRequest of(String... parameters) {
        Map<String, String> given = new HashMap<>();
        for (String parameter : parameters) {
            int equals = parameter.indexOf('=');
            String value = parameter.substring(equals + 1);
            if (!value.equals("null")) {
                given.put(parameter.substring(0, equals), value);
            }
        }
        var components = TicketListRequest.class.getRecordComponents();
        Object[] values = Arrays.stream(components)
                .map(component -> given.remove(component.getName()))
                .toArray();
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("no such parameters: " + given.keySet());
        }
        try {
            Class<?>[] types = Arrays.stream(components)
                    .map(component -> (Class<?>) component.getType())
                    .toArray(Class<?>[]::new);
            return Objects.requireNonNull(
                    TicketListRequest.class.getDeclaredConstructor(types).newInstance(values));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record has its canonical constructor", e);
        }
    }
}
