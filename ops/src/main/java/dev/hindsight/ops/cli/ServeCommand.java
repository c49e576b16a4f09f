package dev.hindsight.ops.cli;

import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the application alone. */
@Command(name = "serve", description = "Run Hindsight; needs a token issuer, or --dev.")
final class ServeCommand extends RunCommand {

    @Option(names = "--dev", description = "Accept tokens of this installation's own (hindsight token); loopback only")
    private boolean dev;

    @Override
    boolean development() {
        return dev;
    }

    @Override
    boolean ready(ConfigurableApplicationContext application, int port) {
        if (dev) {
            say("Tokens: ./hindsight token --role agent --user ana@example.org" + data().asTyped());
        }
        return true;
    }
}
