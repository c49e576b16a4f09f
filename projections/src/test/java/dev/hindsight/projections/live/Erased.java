package dev.hindsight.projections.live;

import dev.hindsight.domain.Event;
import dev.hindsight.domain.Personal;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events as the codec reads them once their key is destroyed. */
final class Erased {

    private Erased() {}

    /** The same event where nothing of it is sealed; else all that may be personal reads as erased. */
    static Event of(Event event) {
        try {
            var components = event.getClass().getRecordComponents();
            var values = new @Nullable Object[components.length];
            var sealed = false;
            for (var i = 0; i < components.length; i++) {
                values[i] = components[i].getAccessor().invoke(event);
                sealed |= components[i].isAnnotationPresent(Personal.class)
                        && values[i] != null
                        && !(values[i] instanceof Map<?, ?> map && map.isEmpty());
            }
            for (var i = 0; sealed && i < components.length; i++) {
                if (components[i].isAnnotationPresent(Personal.class)) {
                    values[i] = components[i].getType() == String.class ? Personal.ERASED : Map.of();
                }
            }
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (Event) event.getClass().getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(event.getClass().getName(), e);
        }
    }
}
