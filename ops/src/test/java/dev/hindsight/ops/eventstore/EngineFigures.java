package dev.hindsight.ops.eventstore;

import javax.sql.DataSource;

/** What benchmarks of what stands on the engine take from its own. */
public final class EngineFigures {

    private EngineFigures() {}

    /** Machine, fsync, commit. */
    public static void printMachine() throws Exception {
        EngineBenchmark.printMachine();
    }

    /** Appends events of some 300 bytes, four in a call, and gives them positions. */
    public static void fill(DataSource database, int events) throws Exception {
        EngineBenchmark.fill(database, events);
    }
}
