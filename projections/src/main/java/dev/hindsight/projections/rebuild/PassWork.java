package dev.hindsight.projections.rebuild;

import dev.hindsight.projections.rebuild.JobRunner.Tools;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds that were ordered as one pass: their generations are filled from one reading of the log. Before that each is
 * prepared, after it each goes on by itself, as a job of its own; one that was paused, or goes on after the others are
 * done, reads by itself.
 */
final class PassWork {

    private static final Logger LOG = LoggerFactory.getLogger(PassWork.class);

    private final Tools tools;
    private final Connection connection;
    private final List<UUID> jobs;

    /**
     * @param connection holds the locks of all of them
     * @param jobs of one pass that are not filled yet
     */
    PassWork(Tools tools, Connection connection, List<UUID> jobs) {
        this.tools = tools;
        this.connection = connection;
        this.jobs = jobs;
    }

    /** Until all of them are filled or have left. */
    void run() throws SQLException, InterruptedException {
        var members = new LinkedHashMap<LogPass.Member, Work>();
        for (var job : jobs) {
            var work = new Work(tools, connection, job);
            work.prepared().ifPresent(member -> members.put(member, work));
        }
        if (members.size() > 1) {
            together(members);
        } else {
            for (var alone : members.values()) {
                alone.run();
            }
        }
    }

    private void together(Map<LogPass.Member, Work> members) throws SQLException, InterruptedException {
        LOG.info("{} models are filled in one pass", members.size());
        try {
            for (var full : new LogPass(tools.log(), tools.threads(), tools.batchEvents())
                    .fill(members.keySet(), left -> work(members, left).endWhereOrdered())) {
                work(members, full).filled();
            }
        } catch (SQLException | RuntimeException e) {
            if (!Work.isFinal(e)) {
                throw e;
            }
            // The fault of one of them: by itself it will fail, and the others will not.
            LOG.warn("One pass of {} models ends; each goes on by itself", members.size(), e);
            connection.rollback();
            for (var work : new ArrayList<>(members.values())) {
                work.run();
            }
        }
    }

    private static Work work(Map<LogPass.Member, Work> members, LogPass.Member member) {
        return Objects.requireNonNull(members.get(member));
    }
}
