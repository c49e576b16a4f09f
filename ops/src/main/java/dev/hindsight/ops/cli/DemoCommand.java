package dev.hindsight.ops.cli;

import dev.hindsight.domain.people.Role;
import dev.hindsight.ops.demo.DemoFill;
import dev.hindsight.ops.token.DevelopmentIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code serve --dev} with a made-up history and something to try. */
@Command(name = "demo", description = "Run Hindsight with a made-up history of some months, and print what to try.")
final class DemoCommand extends RunCommand {

    @Option(
            names = "--tickets",
            defaultValue = "3000",
            description = "How many tickets the history has (default: ${DEFAULT-VALUE}; counts at the first start)")
    private int tickets;

    @Override
    boolean development() {
        return true;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (tickets < 1) {
            throw new ParameterException(spec().commandLine(), "--tickets must be at least 1");
        }
        return super.call();
    }

    @Override
    boolean ready(ConfigurableApplicationContext application, int port) throws InterruptedException {
        long started = System.nanoTime();
        if (DemoFill.of(application).fill(data().directory(), tickets, this::progress)) {
            say("The history is in after %.0f s.".formatted((System.nanoTime() - started) / 1e9));
        }
        String token = DevelopmentIssuer.of(data().directory())
                .issue(
                        EnumSet.of(Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OPERATOR),
                        "ana.ferreira@example.org",
                        "Ana Ferreira",
                        Instant.now(),
                        Duration.ofDays(30));
        String url = "http://localhost:" + port;
        say(invitation(url, token));
        return true;
    }

    /** What is printed last; a test runs the calls as they stand there. */
    static String invitation(String url, String token) {
        return """

                A token (agent, supervisor, admin, operator; good for 30 days):

                export TOKEN=%2$s

                Five calls to try:

                # 1. open a ticket
                curl -s %1$s/api/v1/tickets -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"subject": "Printer on floor 3 is jammed", "impact": "HIGH", "urgency": "MEDIUM", "requester": {"email": "lee@example.org", "name": "Lee"}}'
                # 2. what is open, oldest first
                curl -s "%1$s/api/v1/tickets?status=OPEN,PENDING&sort=createdAt&limit=5" -H "Authorization: Bearer $TOKEN"
                # 3. find by words
                curl -sG %1$s/api/v1/search -H "Authorization: Bearer $TOKEN" --data-urlencode 'q=vpn disconnects status:closed'
                # 4. every change of a ticket: who, when, before and after
                curl -s %1$s/api/v1/tickets/HD-1/timeline -H "Authorization: Bearer $TOKEN"
                # 5. how far the read models are
                curl -s %1$s/ops/v1/projections -H "Authorization: Bearer $TOKEN"

                All calls: %1$s/swagger-ui.html    Stop: Ctrl-C""".formatted(url, token);
    }

    private void progress(int done, int of) {
        if (done == of || done % Math.max(1, of / 10) == 0) {
            say("Filling in the history: %d of %d tickets".formatted(done, of));
        }
    }
}
