package dev.hindsight.query.directory;

import dev.hindsight.domain.configuration.FieldType;
import java.util.List;

/**
 * A custom field of tickets.
 *
 * @param options the choices of SELECT and MULTI_SELECT, empty for others
 */
public record Field(String id, String name, FieldType type, List<String> options) {}
