package dev.hindsight.query.directory;

import java.util.List;

/** By name. */
public record TeamList(List<Team> items) {}
