package dev.hindsight.command.call;

/** A body of a write call: read strictly (unknown members, wrong types and duplicates are refused). */
public interface WriteBody {}
