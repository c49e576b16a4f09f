package dev.hindsight.ops.codec;

import dev.hindsight.domain.Personal;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads and writes one record type as a JSON object, component by component in record order. Everything reflective
 * happens once, when the form is made; an event then costs a handle call per component.
 */
final class RecordForm implements ValueForm {

    /** A component of the record and where it stands. */
    private record Component(int index, String name, boolean nullable, ValueForm form, MethodHandle accessor) {}

    private final Class<?> type;
    private final int size;
    private final String first;
    private final Component[] plain;
    private final Component[] personal;
    private final Map<String, Component> byName = new HashMap<>();
    private final MethodHandle constructor;

    private RecordForm(Class<?> type) throws ReflectiveOperationException {
        this.type = type;
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        RecordComponent[] components = type.getRecordComponents();
        this.size = components.length;
        this.first = components[0].getName();
        List<Component> plain = new ArrayList<>();
        List<Component> personal = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            RecordComponent component = components[i];
            Component c = new Component(
                    i,
                    component.getName(),
                    component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                    ValueForm.of(component.getGenericType()),
                    lookup.unreflect(component.getAccessor())
                            .asType(MethodType.methodType(Object.class, Object.class)));
            (component.isAnnotationPresent(Personal.class) ? personal : plain).add(c);
            byName.put(c.name(), c);
        }
        this.plain = plain.toArray(Component[]::new);
        this.personal = personal.toArray(Component[]::new);
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        this.constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                .asSpreader(Object[].class, size)
                .asType(MethodType.methodType(Object.class, Object[].class));
    }

    /** @throws IllegalArgumentException when the type is no public record or a component has no stored form */
    static RecordForm of(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is not a record");
        }
        try {
            return new RecordForm(type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " is not public", e);
        }
    }

    /** The first component's name. */
    String firstName() {
        return first;
    }

    boolean hasPersonal() {
        return personal.length > 0;
    }

    /** Room for the components, to be read into. */
    @Nullable
    Object[] emptyValues() {
        return new @Nullable Object[size];
    }

    /** The record's components in order. */
    @Nullable
    Object[] values(Object record) {
        @Nullable Object[] values = emptyValues();
        fill(record, plain, values);
        fill(record, personal, values);
        return values;
    }

    /** Whether a personal component holds anything: a text that is not null or a map that is not empty. */
    boolean hasPersonalContent(@Nullable Object[] values) {
        for (Component c : personal) {
            Object value = values[c.index()];
            if (value != null && !(value instanceof Map<?, ?> map && map.isEmpty())) {
                return true;
            }
        }
        return false;
    }

    /** Members of the plain components, nulls written. */
    void writePlain(JsonGenerator out, @Nullable Object[] values) {
        write(out, plain, values, true);
    }

    /** Members of the personal components, nulls written. */
    void writePersonal(JsonGenerator out, @Nullable Object[] values) {
        write(out, personal, values, true);
    }

    /**
     * Reads members into values until one that is no plain component, or the end of the object.
     *
     * @return the name of the foreign member that the parser now stands on, or null at the end
     */
    @Nullable
    String readPlain(JsonParser in, @Nullable Object[] values) {
        return read(in, plain, values);
    }

    /** Reads the personal members; nothing else may stand there. */
    void readPersonal(JsonParser in, @Nullable Object[] values) {
        String foreign = read(in, personal, values);
        if (foreign != null) {
            throw new MalformedEventException("unknown personal member " + foreign, null);
        }
    }

    /** What personal components read as without their key: texts {@value Personal#ERASED}, maps empty. */
    void erasePersonal(@Nullable Object[] values) {
        for (Component c : personal) {
            values[c.index()] = c.form() instanceof Text ? Personal.ERASED : Map.of();
        }
    }

    /** What personal components read as where nothing was sealed. */
    void leavePersonalEmpty(@Nullable Object[] values) {
        for (Component c : personal) {
            values[c.index()] = c.form() instanceof Text ? null : Map.of();
        }
    }

    /** A record of these components, in record order. */
    Object construct(@Nullable Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(type.getName() + " could not be made", e);
        }
    }

    @Override
    public void write(JsonGenerator out, Object record) {
        out.writeStartObject();
        write(out, plain, values(record), false);
        out.writeEndObject();
    }

    /** As a nested record: an absent member is null. */
    @Override
    public Object read(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedEventException("no object for " + type.getSimpleName(), null);
        }
        return read(in, in.nextName());
    }

    /** The same where the parser stands on the first member's name; null where there is none. */
    Object read(JsonParser in, @Nullable String first) {
        @Nullable Object[] values = emptyValues();
        for (String name = first; name != null; name = in.nextName()) {
            Component c = byName.get(name);
            if (c == null) {
                throw new MalformedEventException("unknown member " + name, null);
            }
            readValue(in, c, values);
        }
        for (Component c : plain) {
            if (!c.nullable() && values[c.index()] == null) {
                throw new MalformedEventException("member " + c.name() + " is missing", null);
            }
        }
        return construct(values);
    }

    private void fill(Object record, Component[] components, @Nullable Object[] values) {
        for (Component c : components) {
            try {
                values[c.index()] = (@Nullable Object) c.accessor().invokeExact(record);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(type.getName() + "." + c.name() + " could not be read", e);
            }
        }
    }

    private void write(JsonGenerator out, Component[] components, @Nullable Object[] values, boolean withNulls) {
        for (Component c : components) {
            Object value = values[c.index()];
            if (value != null) {
                out.writeName(c.name());
                c.form().write(out, value);
            } else if (!c.nullable()) {
                throw new IllegalArgumentException("%s.%s is never null".formatted(type.getSimpleName(), c.name()));
            } else if (withNulls) {
                out.writeName(c.name());
                out.writeNull();
            }
        }
    }

    private @Nullable String read(JsonParser in, Component[] components, @Nullable Object[] values) {
        long seen = 0;
        int next = 0;
        String name = in.nextName();
        while (name != null) {
            Component c;
            if (next < components.length && components[next].name().equals(name)) {
                c = components[next++];
            } else {
                c = among(components, name);
                if (c == null) {
                    break;
                }
            }
            seen |= 1L << c.index();
            readValue(in, c, values);
            name = in.nextName();
        }
        if (Long.bitCount(seen) != components.length) {
            throw new MalformedEventException(
                    "%s has %d of its %d members"
                            .formatted(type.getSimpleName(), Long.bitCount(seen), components.length),
                    null);
        }
        return name;
    }

    private @Nullable Component among(Component[] components, String name) {
        Component c = byName.get(name);
        return c != null && Arrays.asList(components).contains(c) ? c : null;
    }

    private void readValue(JsonParser in, Component c, @Nullable Object[] values) {
        if (in.nextToken() != JsonToken.VALUE_NULL) {
            values[c.index()] = c.form().read(in);
        } else if (c.nullable()) {
            values[c.index()] = null;
        } else {
            throw new MalformedEventException(c.name() + " is null", null);
        }
    }
}
