package dev.hindsight.domain;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component of an event as personal data: stored encrypted under the key of the event's ticket or person, and
 * gone when that key is destroyed. Allowed on String, and on Map with String values.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD})
public @interface Personal {

    /** What a personal text reads as after its key was destroyed. */
    String ERASED = "[erased]";
}
