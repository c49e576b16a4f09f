package dev.hindsight.ops.embedded;

import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;

/** Starts a server, prints its process id and its place, and waits to be killed. */
public final class ServerParent {
    private ServerParent() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("postgres")) {
            EmbeddedPostgres.Options options = args.length > 1
                    ? EmbeddedPostgres.Options.in(Path.of(args[1]))
                    : EmbeddedPostgres.Options.temporary();
            EmbeddedPostgres postgres = EmbeddedPostgres.start(options.withSharedBuffers(32));
            try (Connection connection = postgres.dataSource("postgres").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE orphaned (n int)");
                statement.execute("INSERT INTO orphaned VALUES (7)");
            }
            System.out.println(postgres.pid());
            System.out.println(postgres.folder());
        } else {
            EmbeddedOpenSearch node = EmbeddedOpenSearch.start(EmbeddedOpenSearch.Options.in(Path.of(args[1])));
            System.out.println(node.pid());
            System.out.println(node.uri());
        }
        System.out.flush();
        // Ends when the test does, also when the test failed before it could kill us.
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
