package dev.hindsight.command.erasure;

import dev.hindsight.command.people.OrganizationAggregate;
import dev.hindsight.command.people.PersonAggregate;
import dev.hindsight.command.people.PersonIndex;
import org.axonframework.config.Configurer;

/** What this folder contributes to Axon, beside {@code CommandWiring}. */
public final class ErasureWiring {

    private final Erasures erasures;
    private final LegalHolds holds;
    private final DataKeyErasure keys;
    private final PersonIndex index;
    private final RetentionRuns runs;

    public ErasureWiring(
            Erasures erasures, LegalHolds holds, DataKeyErasure keys, PersonIndex index, RetentionRuns runs) {
        this.erasures = erasures;
        this.holds = holds;
        this.keys = keys;
        this.index = index;
        this.runs = runs;
    }

    /** Before the configuration is built. */
    public void contributeTo(Configurer axon) {
        axon.registerCommandHandler(c -> new ErasureHandler(
                c.repository(PersonAggregate.class),
                c.repository(OrganizationAggregate.class),
                erasures,
                holds,
                new WhatHolds(holds, keys, c.eventStore()),
                keys,
                index,
                runs));
    }
}
