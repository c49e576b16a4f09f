package dev.hindsight.projections.ledger;

import java.util.List;

/** Every place that is configured; their names differ. */
public record CheckpointPlaces(List<CheckpointPlace> all) implements AutoCloseable {

    public CheckpointPlaces {
        all = List.copyOf(all);
    }

    @Override
    public void close() {
        all.forEach(CheckpointPlace::close);
    }
}
