package dev.hindsight.ops.cli;

import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./hindsight}. Exit codes: 0 done, 1 it failed, 2 the command line was wrong, 3 done but not all of it.
 */
@Command(
        name = "hindsight",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = BuildVersion.class,
        description = "A helpdesk backend whose history is its database.",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            TokenCommand.class,
            ImportCommand.class,
            ProjectionsCommand.class,
            RebuildCommand.class,
            VerifyProjectionCommand.class,
            RepairCommand.class,
            RecoverCommand.class,
            DeadLettersCommand.class,
            JobsCommand.class,
            ExportCommand.class,
            VerifyCommand.class,
            FsckCommand.class,
            ReplayCommand.class,
            KeysCommand.class,
            EraseCommand.class,
            HoldCommand.class,
            RetentionCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            TrainCommand.class
        })
public final class Hindsight implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Hindsight())
                .setExecutionExceptionHandler((exception, commandLine, parsed) -> {
                    if (exception instanceof CommandFailure failure) {
                        commandLine.getErr().println(failure.getMessage());
                    } else if (exception instanceof UncheckedIOException
                            && exception.getCause() instanceof FileSystemException file) {
                        commandLine
                                .getErr()
                                .println("This file or folder can't be used: " + file.getMessage() + " ("
                                        + file.getClass().getSimpleName() + ")");
                    } else {
                        exception.printStackTrace(commandLine.getErr());
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine commandLine = wrong.getCommandLine();
                    commandLine.getErr().println(wrong.getMessage());
                    if (commandLine.getParent() == null) {
                        commandLine.usage(commandLine.getErr());
                    } else {
                        commandLine.getErr().println("See: hindsight " + commandLine.getCommandName() + " --help");
                    }
                    return CommandLine.ExitCode.USAGE;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do, for example: hindsight demo");
    }
}
