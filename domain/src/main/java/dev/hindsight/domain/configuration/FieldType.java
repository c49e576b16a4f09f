package dev.hindsight.domain.configuration;

/** What a custom field holds. The names are stored. */
public enum FieldType {
    TEXT,
    NUMBER,
    BOOLEAN,
    DATE,
    SELECT,
    MULTI_SELECT
}
