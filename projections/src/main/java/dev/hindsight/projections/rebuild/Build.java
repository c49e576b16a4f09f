package dev.hindsight.projections.rebuild;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * How the generations of one model are made and held against each other: tables of PostgreSQL or a search index. For
 * one job and one thread. Faults that will pass are thrown as such: the job is taken up again where it was.
 */
interface Build {

    /** A piece of the work; repeating one that is done does nothing or little. */
    interface Step {
        void run() throws SQLException;
    }

    /** Everything up to this position is in what will be read from now on. */
    long upTo();

    /**
     * A new generation's beginning; its row in the registry is there.
     *
     * @return how much there is to fill in
     */
    long begin(int generation);

    /**
     * Fills the generation, from where the row says it was left.
     *
     * @return whether all is filled in; false where an order ended it
     */
    boolean fill(JobRow row) throws SQLException, InterruptedException;

    /** What makes a filled generation fit to answer, in order; each step commits. */
    List<Step> steps(JobRow row) throws SQLException;

    /**
     * Holds the generation made, where there is one, and the one that answers against each other; a verification, which
     * makes none, holds the one that answers against what it is made from.
     *
     * @return empty where an order ended it
     */
    Optional<Report> verify(JobRow row) throws SQLException, InterruptedException;
}
