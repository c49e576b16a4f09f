package dev.hindsight.projections.rebuild;

import java.util.OptionalLong;

/** How much room the database has. */
@FunctionalInterface
public interface FreeDisk {

    /** In bytes; empty where nobody here can tell, such as for a database on another machine. */
    OptionalLong bytes();
}
