package dev.hindsight.query.ticket;

import java.util.List;

/** @param position the log up to which the links are right */
public record LinkList(List<Link> items, long position) {}
