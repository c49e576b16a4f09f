package dev.hindsight.ops.cli;

import dev.hindsight.projections.readmodel.ReadModel;
import java.util.Arrays;
import java.util.Iterator;

/** The names of read models that commands take, in the order in which they are rebuilt. */
final class ModelNames {

    private ModelNames() {}

    static final class All implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ReadModel.values()).map(ReadModel::id).iterator();
        }
    }

    /** Of those that are made from the log. */
    static final class OfTheLog implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ReadModel.values())
                    .filter(ReadModel::isOfTheLog)
                    .map(ReadModel::id)
                    .iterator();
        }
    }
}
