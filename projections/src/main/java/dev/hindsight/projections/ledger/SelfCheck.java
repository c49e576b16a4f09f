package dev.hindsight.projections.ledger;

import dev.hindsight.domain.ledger.KeyHistory;
import dev.hindsight.projections.live.Faults;
import dev.hindsight.projections.readmodel.RawLog;
import dev.hindsight.projections.readmodel.ledger.LedgerKeys;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Checks the whole ledger against the log again and again, slowly, on the node that seals; what it found last stands in
 * {@code ledger.self_check}. One that was broken off begins anew.
 */
public final class SelfCheck extends OwnThread {

    private static final Logger LOG = LoggerFactory.getLogger(SelfCheck.class);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final RawLog log;
    private final DataSource dataSource;
    private final JdbcClient jdbc;
    private final LedgerKeys keys;
    private final Sealer sealer;
    private final Duration every;
    private final long perSecond;

    /**
     * @param every from the begin of one to the begin of the next
     * @param perSecond events that are read a second at most
     */
    public SelfCheck(
            RawLog log, DataSource dataSource, LedgerKeys keys, Sealer sealer, Duration every, long perSecond) {
        super("ledger-check");
        this.log = log;
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
        this.keys = keys;
        this.sealer = sealer;
        this.every = every;
        this.perSecond = perSecond;
    }

    @Override
    void run() {
        while (isRunning()) {
            try {
                Thread.sleep(LOOK);
                if (sealer.leading() && due()) {
                    check();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("The ledger's check begins anew: {}", Faults.describe(e));
                LOG.debug("What broke the ledger's check off", e);
            }
        }
    }

    private boolean due() {
        return jdbc.sql("SELECT NOT EXISTS (SELECT FROM ledger.self_check WHERE ended_at >= started_at"
                        + " AND started_at > clock_timestamp() - make_interval(secs => ?))")
                .param(every.toMillis() / 1_000.0)
                .query(Boolean.class)
                .single();
    }

    private void check() throws InterruptedException {
        jdbc.sql("INSERT INTO ledger.self_check (started_at) VALUES (clock_timestamp()) ON CONFLICT (one)"
                        + " DO UPDATE SET started_at = excluded.started_at")
                .update();
        KeyHistory known = keys.history();
        LedgerCheck.Report report =
                new LedgerCheck(log, dataSource, known, known, List.of(), perSecond, done -> {}).run();
        LedgerCheck.Finding first = report.first();
        if (first == null) {
            LOG.info("The ledger's {} events are as they were sealed.", report.events());
        } else {
            LOG.error(
                    "The log is not as it was sealed, position {}: {} Run hindsight fsck.",
                    first.position(),
                    first.what());
        }
        jdbc.sql("UPDATE ledger.self_check SET ended_at = clock_timestamp(), size = ?, position = ?, finding = ?")
                .param(report.events())
                .param(first == null ? null : first.position())
                .param(first == null ? null : first.what())
                .update();
    }
}
