package dev.hindsight.ops.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** How the values of one component type stand in JSON. Never sees null. */
interface ValueForm {

    void write(JsonGenerator out, Object value);

    /**
     * The value whose first token the parser stands on; leaves the parser on its last.
     *
     * @throws MalformedEventException when the value has another form
     */
    Object read(JsonParser in);

    /** @throws IllegalArgumentException for a type that events must not use */
    static ValueForm of(Type type) {
        if (type == String.class) {
            return new Text();
        } else if (type == UUID.class) {
            return new Id();
        } else if (type == Instant.class) {
            return new Time();
        } else if (type == int.class || type == Integer.class) {
            return new Int();
        } else if (type == long.class || type == Long.class) {
            return new LongInt();
        } else if (type == boolean.class || type == Boolean.class) {
            return new Bool();
        } else if (type instanceof Class<?> c && c.isEnum()) {
            return new Name(c.getEnumConstants());
        } else if (type instanceof Class<?> c && c.isRecord()) {
            return RecordForm.of(c);
        } else if (type instanceof ParameterizedType p
                && p.getRawType() == List.class
                && p.getActualTypeArguments()[0] == String.class) {
            return new Texts();
        } else if (type instanceof ParameterizedType p
                && p.getRawType() == List.class
                && p.getActualTypeArguments()[0] instanceof Class<?> c
                && c.isRecord()) {
            return new Records(RecordForm.of(c));
        } else if (type instanceof ParameterizedType p
                && p.getRawType() == Map.class
                && p.getActualTypeArguments()[0] == String.class) {
            return new ByKey(of(p.getActualTypeArguments()[1]));
        }
        throw new IllegalArgumentException(type + " has no stored form");
    }

    private static void expect(JsonParser in, JsonToken token) {
        if (in.currentToken() != token) {
            throw new MalformedEventException("%s where %s belongs".formatted(in.currentToken(), token), null);
        }
    }

    record Text() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeString((String) value);
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_STRING);
            return in.getString();
        }
    }

    record Id() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeString(value.toString());
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_STRING);
            String text = in.getString();
            if (text.length() != 36) {
                throw new MalformedEventException("not a UUID", null);
            }
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException e) {
                throw new MalformedEventException("not a UUID", e);
            }
        }
    }

    record Time() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeString(MicroInstants.format((Instant) value));
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_STRING);
            try {
                return MicroInstants.parse(in.getStringCharacters(), in.getStringOffset(), in.getStringLength());
            } catch (DateTimeException e) {
                throw new MalformedEventException("not an instant with microseconds in UTC", e);
            }
        }
    }

    record Int() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeNumber((int) value);
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_NUMBER_INT);
            return in.getIntValue();
        }
    }

    record LongInt() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeNumber((long) value);
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_NUMBER_INT);
            return in.getLongValue();
        }
    }

    record Bool() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeBoolean((boolean) value);
        }

        @Override
        public Object read(JsonParser in) {
            if (in.currentToken() == JsonToken.VALUE_TRUE) {
                return true;
            }
            expect(in, JsonToken.VALUE_FALSE);
            return false;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Name(Object[] constants) implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeString(((Enum<?>) value).name());
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.VALUE_STRING);
            String name = in.getString();
            for (Object constant : constants) {
                if (((Enum<?>) constant).name().equals(name)) {
                    return constant;
                }
            }
            throw new MalformedEventException("unknown name " + name, null);
        }
    }

    record Texts() implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeStartArray();
            for (Object text : (List<?>) value) {
                if (text == null) {
                    throw new IllegalArgumentException("null in a list of texts");
                }
                out.writeString((String) text);
            }
            out.writeEndArray();
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.START_ARRAY);
            if (in.nextToken() == JsonToken.END_ARRAY) {
                return List.of();
            }
            List<String> texts = new ArrayList<>();
            while (in.currentToken() != JsonToken.END_ARRAY) {
                expect(in, JsonToken.VALUE_STRING);
                texts.add(in.getString());
                in.nextToken();
            }
            return Collections.unmodifiableList(texts);
        }
    }

    record Records(RecordForm form) implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            out.writeStartArray();
            ((List<?>) value).forEach(one -> form.write(out, one));
            out.writeEndArray();
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.START_ARRAY);
            List<Object> records = new ArrayList<>();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                records.add(form.read(in));
            }
            return Collections.unmodifiableList(records);
        }
    }

    /** Keys are written in the order of their UTF-16 code units, so that equal maps have equal bytes. */
    record ByKey(ValueForm values) implements ValueForm {
        @Override
        public void write(JsonGenerator out, Object value) {
            Map<?, ?> map = (Map<?, ?>) value;
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : (map.size() > 1 ? new TreeMap<Object, Object>(map) : map).entrySet()) {
                if (entry.getKey() == null || entry.getValue() == null) {
                    throw new IllegalArgumentException("null in a map");
                }
                out.writeName((String) entry.getKey());
                values.write(out, entry.getValue());
            }
            out.writeEndObject();
        }

        @Override
        public Object read(JsonParser in) {
            expect(in, JsonToken.START_OBJECT);
            String key = in.nextName();
            if (key == null) {
                return Map.of();
            }
            Map<String, Object> map = new LinkedHashMap<>();
            for (; key != null; key = in.nextName()) {
                in.nextToken();
                map.put(key, values.read(in));
            }
            expect(in, JsonToken.END_OBJECT);
            return Collections.unmodifiableMap(map);
        }
    }
}
