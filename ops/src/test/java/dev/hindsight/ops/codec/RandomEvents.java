package dev.hindsight.ops.codec;

import dev.hindsight.domain.Event;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Records of any kind with values drawn from a seed, nulls where they are allowed. */
final class RandomEvents {

    private static final String[] LETTERS = {
        "a", "Z", "0", " ", "\"", "\\", "\n", "\u0000", "\u0001", "/", "é", "ß", "日", "\uD83D\uDE00", "\u2028", "\u202e"
    };

    private final Random random;

    RandomEvents(long seed) {
        this.random = new Random(seed);
    }

    Event event(Class<? extends Event> type) {
        return (Event) record(type);
    }

    Object record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            AnnotatedType annotated = components[i].getAnnotatedType();
            boolean none = annotated.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0;
            values[i] = none ? null : value(components[i].getGenericType());
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName(), e);
        }
    }

    private Object value(Type type) {
        if (type == String.class) {
            return text();
        } else if (type == UUID.class) {
            return new UUID(random.nextLong(), random.nextLong());
        } else if (type == Instant.class) {
            return Instant.ofEpochSecond(
                    random.nextLong(-62_000_000_000L, 253_000_000_000L), random.nextInt(1_000_000) * 1000L);
        } else if (type == int.class || type == Integer.class) {
            return random.nextInt();
        } else if (type == long.class || type == Long.class) {
            return random.nextLong();
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type instanceof Class<?> c && c.isEnum()) {
            Object[] constants = c.getEnumConstants();
            return constants[random.nextInt(constants.length)];
        } else if (type instanceof Class<?> c && c.isRecord()) {
            return record(c);
        } else if (type instanceof ParameterizedType p && p.getRawType() == List.class) {
            List<Object> values = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                values.add(value(p.getActualTypeArguments()[0]));
            }
            return values;
        } else if (type instanceof ParameterizedType p && p.getRawType() == Map.class) {
            Map<String, Object> map = new HashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                map.put(text(), value(p.getActualTypeArguments()[1]));
            }
            return map;
        }
        throw new AssertionError("no values of " + type);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i > 0; i--) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return text.toString();
    }
}
