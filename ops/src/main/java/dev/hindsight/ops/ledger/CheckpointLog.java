package dev.hindsight.ops.ledger;

import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.projections.ledger.CheckpointPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * A file that is only appended to, such as one on a medium that allows nothing else; made if absent. What is written is on
 * disk when it is acknowledged.
 */
final class CheckpointLog implements CheckpointPlace {

    private final Path file;

    CheckpointLog(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public String name() {
        return "file " + file;
    }

    @Override
    public void publish(SignedNote checkpoint) throws IOException {
        // After a write that was cut off the next note begins on a line of its own.
        String before = endsWhole() ? "" : "\n\n";
        ByteBuffer entry =
                ByteBuffer.wrap((before + CheckpointFile.entry(checkpoint)).getBytes(StandardCharsets.UTF_8));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (entry.hasRemaining()) {
                channel.write(entry);
            }
            channel.force(true);
        }
    }

    private boolean endsWhole() throws IOException {
        if (Files.notExists(file)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                return true;
            }
            ByteBuffer end = ByteBuffer.allocate(2);
            return channel.read(end, Math.max(0, size - 2)) == 2 && end.get(0) == '\n' && end.get(1) == '\n';
        }
    }

    @Override
    public Optional<SignedNote> last() throws IOException {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        List<SignedNote> notes = CheckpointFile.parse(Files.readString(file)).notes();
        return notes.isEmpty() ? Optional.empty() : Optional.of(notes.getLast());
    }
}
