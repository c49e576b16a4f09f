package dev.hindsight.query.directory;

import java.util.List;

/** By person id and team key. */
public record GrantList(List<Grant> items) {}
