package dev.hindsight.ops.bundle;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hindsight.domain.ledger.CheckpointFile;
import dev.hindsight.domain.ledger.Hash;
import dev.hindsight.domain.ledger.SignedNote;
import dev.hindsight.domain.ledger.SigningKey;
import dev.hindsight.ops.bundle.BundleEntry.Body;
import dev.hindsight.ops.bundle.Verdict.Finding;
import dev.hindsight.ops.bundle.Verdict.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a bundle is found, and where that can be told, it is told where. */
class BundleVerifierTest {

    private static final int EVENTS = 100;
    private static final int STREAMS = 7;

    @TempDir
    Path folder;

    private final SigningKey key = SigningKey.generate("hindsight.example");
    private final SampleLog log = SampleLog.of(key, EVENTS, STREAMS);

    private Verdict verify(Path bundle) throws IOException {
        return BundleVerifier.verify(bundle, key.verifier().toString(), null);
    }

    @Test
    void a_ticket_is_proved_complete() throws IOException {
        Verdict verdict = verify(log.complete(folder, SampleLog.stream(3)));

        assertThat(verdict.good()).as(verdict.toString()).isTrue();
        assertThat(texts(verdict, Kind.PROVED))
                .contains("97 events stand in the log where and as they were recorded, 14 of them with their content.")
                .contains("Complete: the 1 streams asked for have no other event up to position 100.")
                .contains("The personal content shown of 14 events is what was stored.")
                .contains("Recorded between 2026-03-03T14:30:03.000001Z and 2026-03-03T14:31:39.000001Z");
        assertThat(texts(verdict, Kind.NOT_PROVED))
                .contains("no third party stamped its time")
                .doesNotContain("key");
    }

    @Test
    void alone_it_is_proved_but_for_what_may_come_later() throws IOException {
        Verdict verdict = verify(log.alone(folder, SampleLog.stream(3), SampleLog.stream(5)));

        assertThat(verdict.good()).as(verdict.toString()).isTrue();
        assertThat(texts(verdict, Kind.PROVED)).contains("28 events", "Nothing was left out between");
        assertThat(texts(verdict, Kind.NOT_PROVED)).contains("whether these streams have later events");
    }

    @Test
    void a_range_is_proved_complete_whatever_its_size() throws IOException {
        for (int from : List.of(1, 2, 64, 65, 100)) {
            Verdict verdict = verify(log.range(folder, from, EVENTS));
            assertThat(verdict.good()).as(verdict.toString()).isTrue();
            assertThat(texts(verdict, Kind.PROVED)).contains("every event of positions " + from + " to 100");
        }
    }

    @Test
    void without_a_key_from_elsewhere_it_says_whose_it_takes() throws IOException {
        Verdict verdict = BundleVerifier.verify(log.range(folder, 1, 10), null, null);

        assertThat(verdict.good()).isTrue();
        assertThat(texts(verdict, Kind.NOT_PROVED)).contains(key.verifier().toString());
    }

    @Test
    void a_checkpoint_that_somebody_kept_proves_that_nothing_was_rewritten() throws IOException {
        Path bundle = log.range(folder, 1, 10);
        String vkey = key.verifier().toString();

        Verdict same =
                BundleVerifier.verify(bundle, vkey, log.checkpoint(EVENTS / 2).toString());
        assertThat(same.good()).as(same.toString()).isTrue();
        assertThat(texts(same, Kind.PROVED)).contains("its first 50 events were not rewritten");

        Verdict none = BundleVerifier.verify(bundle, vkey, log.checkpoint(33).toString());
        assertThat(texts(none, Kind.NOT_PROVED)).contains("no proof from its size 33");

        SampleLog other = SampleLog.of(key, EVENTS, STREAMS - 1);
        Verdict rewritten =
                BundleVerifier.verify(bundle, vkey, other.checkpoint(EVENTS / 2).toString());
        assertWrong(rewritten, null, "The log was rewritten");
        assertWrong(
                BundleVerifier.verify(bundle, vkey, other.checkpoint(EVENTS).toString()),
                null,
                "The log was rewritten");
    }

    @Test
    void aFileOfSeveralCheckpointsIsReadAndABadOneIsTold() throws IOException {
        Path bundle = log.range(folder, 1, 10);
        String vkey = key.verifier().toString();
        String kept = CheckpointFile.entry(log.checkpoint(33))
                + CheckpointFile.entry(log.checkpoint(EVENTS / 2))
                + CheckpointFile.entry(log.checkpoint(44));

        Verdict several = BundleVerifier.verify(bundle, vkey, kept);
        assertThat(several.good()).as(several.toString()).isTrue();
        assertThat(texts(several, Kind.PROVED)).contains("its first 50 events were not rewritten");
        assertThat(texts(several, Kind.NOT_PROVED)).contains("no proof from its size 44 to 100, nor from 1 other");

        SampleLog other = SampleLog.of(key, EVENTS, STREAMS - 1);
        assertWrong(
                BundleVerifier.verify(bundle, vkey, kept + CheckpointFile.entry(other.checkpoint(EVENTS))),
                null,
                "The log was rewritten");
        assertWrong(
                BundleVerifier.verify(bundle, vkey, kept + "half of a"), null, "What was given as checkpoint is none");
        assertWrong(BundleVerifier.verify(bundle, vkey, "\n"), null, "What was given as checkpoint is none");
        assertWrong(
                BundleVerifier.verify(
                        bundle, vkey, SignedNote.sign("one\n", key).toString()),
                null,
                "What was given as checkpoint is none");
    }

    @Test
    void wordsThatWouldSteerATerminal() throws IOException {
        for (String sign : List.of("\u001b[2J", "\r", "\u009b", "\u202e", "\u2067")) {
            for (String line : List.of("words ", "stream ")) {
                Path bundle = edited(
                        log.complete(folder, SampleLog.stream(3)),
                        "manifest.txt",
                        text -> text.replace("\n" + line, "\n" + line + sign));
                Verdict verdict = verify(bundle);
                assertWrong(verdict, null, "manifest.txt has control characters");
                assertThat(verdict.toString()).doesNotContain(sign);
            }
        }
    }

    @Test
    void aTimestampWithLengthsThatAreNone() throws IOException {
        String imprint = "060b2a864886f70d0109100104" + "a004" + "0402" + "3000" + "020101" + "0600" + "3000" + "3000";
        for (String content :
                List.of("047fffffff", "04847fffffff", "0484ffffffff", "0488ffffffffffffffff", "0482ffff")) {
            byte[] token = HexFormat.of().parseHex(imprint + content);
            assertThat(TimestampToken.timeOf(token, new byte[0])).as(content).isEmpty();
        }
    }

    @Test
    void a_range_that_no_log_has() throws IOException {
        for (String range : List.of("0 20", "-7 20", "1 0", "5 4", "0 -1", "1 101")) {
            Path bundle = edited(
                    log.range(folder, 1, 20),
                    "manifest.txt",
                    text -> text.replace("headers 1 20\n", "headers " + range + "\n"));
            assertWrong(verify(bundle), null, "a range that the log cannot have");
        }
    }

    @Test
    void a_range_that_begins_after_an_event_that_was_left_out() throws IOException {
        String stream = SampleLog.stream(3);
        long left = log.lastOf(stream);
        Path bundle = log.bundle(
                folder,
                new Manifest(SampleLog.ORIGIN, EVENTS, left + 1, EVENTS, List.of(stream), "tickets"),
                header -> header.position() > left || (header.stream().equals(stream) && header.position() < left));

        Verdict verdict = verify(bundle);

        assertThat(texts(verdict, Kind.PROVED)).doesNotContain("Complete");
        assertThat(texts(verdict, Kind.NOT_PROVED)).contains("whether these streams have later events");
    }

    @Test
    void something_beside_a_body_that_is_withheld() throws IOException {
        Path bundle = log.complete(folder, SampleLog.stream(3));
        for (int column : List.of(3, 5)) {
            assertWrong(
                    verify(edited(bundle, "events.tsv", lines -> {
                        String line = lines.lines()
                                .filter(one -> one.split("\t", -1)[4].isEmpty())
                                .findFirst()
                                .orElseThrow();
                        String[] columns = line.split("\t", -1);
                        columns[column] = "e30=";
                        return lines.replace(line, String.join("\t", columns));
                    })),
                    null,
                    "shows something of a body that it withholds");
        }
    }

    @Test
    void a_file_that_belongs_to_no_bundle() throws IOException {
        Path bundle = log.range(folder, 1, 9);
        Path more = Files.createTempFile(folder, "more", ".zip");
        try (ZipFile zip = new ZipFile(bundle.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(more))) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                zip.getInputStream(entry).transferTo(out);
            }
            out.putNextEntry(new ZipEntry("attachments/receipt.txt"));
        }
        assertWrong(verify(more), null, "belongs to no bundle");
    }

    @Test
    void another_key() throws IOException {
        Path bundle = SampleLog.of(SigningKey.generate("hindsight.example"), EVENTS, STREAMS)
                .range(folder, 1, 9);

        assertWrong(verify(bundle), null, "not signed by the key given");
    }

    @Test
    void a_forged_signature() throws IOException {
        Path bundle =
                edited(log.range(folder, 1, 9), "checkpoint.txt", text -> text.replaceFirst("\n100\n", "\n101\n"));

        assertWrong(verify(bundle), null, "checkpoint.txt is not signed");
    }

    @Test
    void an_edited_payload_and_metadata() throws IOException {
        for (int column : List.of(3, 4)) {
            Path bundle = edited(log.range(folder, 1, 20), "events.tsv", changed(7, column));
            assertWrong(verify(bundle), 7L, "Position 7 is not as it was recorded: its content was changed.");
        }
    }

    @Test
    void an_edited_time() throws IOException {
        Path bundle = edited(
                log.range(folder, 1, 20),
                "events.tsv",
                header(7, text -> text.replace("occurred 2026-03-03T14:30:06", "occurred 2026-03-03T14:29:06")));

        assertWrong(verify(bundle), 7L, "Position 7 is not as it was recorded: its header");
    }

    @Test
    void an_edited_event_with_its_hashes_made_to_fit() throws IOException {
        Path whole = log.range(folder, 1, 20);
        String was = line(text(whole, "events.tsv"), 7);
        BundleEntry is = refitted(BundleEntry.parse(was));
        Path bundle = edited(whole, "events.tsv", lines -> lines.replace(was, is.line()));
        bundle = edited(bundle, "events.ndjson", lines -> lines.replace(line(lines, 7), is.readable()));

        assertWrong(verify(bundle), null, "do not lead to the root of the checkpoint");
    }

    @Test
    void other_words_than_were_sealed() throws IOException {
        Path bundle = edited(log.range(folder, 1, 20), "events.tsv", changed(7, 5));

        assertWrong(verify(bundle), 7L, "The personal content shown for position 7 is not what was stored.");
    }

    @Test
    void an_event_left_out() throws IOException {
        Path bundle = edited(log.range(folder, 1, 20), "events.tsv", lines -> lines.replace(line(lines, 7) + "\n", ""));

        assertWrong(verify(bundle), 7L, "Position 7 of the range that manifest.txt names is not in the bundle.");
    }

    @Test
    void the_last_events_left_out() throws IOException {
        Path bundle = edited(
                log.complete(folder, SampleLog.stream(3)),
                "events.tsv",
                lines -> lines.lines().limit(90).map(line -> line + "\n").collect(joining()));

        assertWrong(verify(bundle), 94L, "Position 94 of the range");
    }

    @Test
    void an_event_of_a_stream_left_out() throws IOException {
        Path bundle = edited(
                log.alone(folder, SampleLog.stream(3)),
                "events.tsv",
                lines -> lines.replace(lines.lines().skip(4).findFirst().orElseThrow() + "\n", ""));

        assertWrong(verify(bundle), 39L, "Position 39 is version 6 of");
    }

    @Test
    void a_content_left_out() throws IOException {
        Path bundle = edited(log.range(folder, 1, 20), "events.tsv", lines -> {
            String[] columns = line(lines, 7).split("\t", -1);
            return lines.replace(line(lines, 7), columns[0] + "\t" + columns[1] + "\t" + columns[2] + "\t\t\t");
        });

        assertWrong(verify(bundle), 7L, "The content of position 7 was asked for");
    }

    @Test
    void an_event_put_in() throws IOException {
        SampleLog more = SampleLog.of(key, EVENTS + 1, STREAMS);
        String stranger = line(text(more.range(folder, 101, 101), "events.tsv"), 1);
        Path bundle = edited(log.range(folder, 91, 100), "events.tsv", lines -> lines + stranger + "\n");

        assertWrong(verify(bundle), 101L, "do not lead to the root");
    }

    @Test
    void events_in_another_order() throws IOException {
        Path bundle = edited(log.range(folder, 1, 20), "events.tsv", lines -> {
            List<String> all = new ArrayList<>(lines.lines().toList());
            Collections.swap(all, 6, 7);
            return String.join("\n", all) + "\n";
        });

        assertWrong(verify(bundle), 7L, "Position 7 stands after 8.");
    }

    @Test
    void an_edited_text_for_people() throws IOException {
        Path bundle = edited(log.range(folder, 1, 20), "events.ndjson", text -> text.replace("said at 6", "said at 9"));
        assertWrong(verify(bundle), 7L, "events.ndjson does not say what is stored at position 7.");

        Path more = edited(log.range(folder, 1, 20), "events.ndjson", text -> text + "{}\n");
        assertWrong(verify(more), null, "events.ndjson has lines of events that are not in the bundle.");

        Path readme = edited(log.range(folder, 1, 20), "README.txt", text -> text + "All is well.\n");
        assertWrong(verify(readme), null, "README.txt is not the text");
    }

    @Test
    void a_claim_of_more_than_there_is() throws IOException {
        Path bundle = log.range(folder, 1, 20);
        String claim = text(bundle, "manifest.txt").replace("headers 1 20", "headers 1 21");
        Path edited = edited(bundle, "manifest.txt", text -> claim);

        assertWrong(verify(edited), 21L, "Position 21 of the range");
    }

    @Test
    void a_proof_with_another_hash() throws IOException {
        for (UnaryOperator<String> change : List.<UnaryOperator<String>>of(
                text -> text + Hash.sha256().base64() + "\n",
                text -> text.substring(0, text.length() - 45),
                text -> Hash.sha256().base64() + text.substring(44))) {
            assertWrong(verify(edited(log.range(folder, 1, 20), "tree.txt", change)), null, "do not lead to the root");
        }
    }

    @Test
    void what_is_no_bundle() throws IOException {
        Path none = Files.writeString(folder.resolve("none.zip"), "nothing");
        assertWrong(verify(none), null, "This is no ZIP archive");

        Path whole = log.range(folder, 1, 20);
        Path cut = folder.resolve("cut.zip");
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        assertWrong(verify(cut), null, "This is no ZIP archive");

        assertWrong(verify(edited(whole, "tree.txt", text -> null)), null, "tree.txt is missing");
        assertWrong(verify(edited(whole, "events.tsv", text -> "x\n")), null, "has not its six columns");
        assertWrong(verify(edited(whole, "manifest.txt", text -> "x\n")), null, "manifest.txt is not of the form");
    }

    @Test
    void every_byte_counts() throws IOException {
        Path bundle = log.alone(folder, SampleLog.stream(3));
        for (String part : List.of("events.tsv", "tree.txt", "salts.tsv", "events.ndjson", "checkpoint.txt")) {
            String text = text(bundle, part);
            for (int i = 0; i < text.length(); i += 1 + text.length() / 60) {
                char other = text.charAt(i) == 'B' ? 'C' : 'B';
                String changed = text.substring(0, i) + other + text.substring(i + 1);
                assertThat(verify(edited(bundle, part, was -> changed)).good())
                        .as("%s, byte %d", part, i)
                        .isFalse();
            }
        }
    }

    /** By another program, in another language, written from the documentation. */
    @Test
    void python_agrees() throws Exception {
        assumeTrue(answers("python3", "--version"), "python3 is there");
        Path script = Path.of("docs", "bundle-check.py").toAbsolutePath();
        for (Path good : List.of(
                log.complete(folder, SampleLog.stream(3)),
                log.alone(folder, SampleLog.stream(3), SampleLog.stream(6)),
                log.range(folder, 1, 100),
                log.range(folder, 64, 64))) {
            assertThat(answers("python3", script.toString(), good.toString())).isTrue();
            assertThat(answers(
                            "python3",
                            script.toString(),
                            edited(good, "events.tsv", changed(1, 0)).toString()))
                    .isFalse();
            for (String part : List.of("events.tsv", "tree.txt")) {
                Path longer = edited(good, part, was -> was + "AAAA");
                assertThat(answers("python3", script.toString(), longer.toString()))
                        .isFalse();
                assertThat(verify(longer).good()).isFalse();
            }
        }
    }

    private static boolean answers(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static void assertWrong(Verdict verdict, @Nullable Long position, String text) {
        assertThat(verdict.good()).as(verdict.toString()).isFalse();
        assertThat(texts(verdict, Kind.WRONG)).contains(text);
        assertThat(verdict.firstWrong()).isEqualTo(position);
    }

    private static String texts(Verdict verdict, Kind kind) {
        return verdict.findings().stream()
                .filter(finding -> finding.kind() == kind)
                .map(Finding::text)
                .collect(joining("\n"));
    }

    private static String line(String lines, int number) {
        return lines.lines().skip(number - 1L).findFirst().orElseThrow();
    }

    /** One bit of a column of a line is otherwise. */
    private static UnaryOperator<String> changed(int number, int column) {
        return lines -> {
            String[] columns = line(lines, number).split("\t", -1);
            byte[] bytes = Base64.getDecoder().decode(columns[column]);
            bytes[bytes.length - 3] ^= 1;
            columns[column] = Base64.getEncoder().encodeToString(bytes);
            return lines.replace(line(lines, number), String.join("\t", columns));
        };
    }

    private static UnaryOperator<String> header(int number, UnaryOperator<String> change) {
        return lines -> {
            String[] columns = line(lines, number).split("\t", -1);
            String header = new String(Base64.getDecoder().decode(columns[0]), StandardCharsets.UTF_8);
            columns[0] = Base64.getEncoder().encodeToString(change.apply(header).getBytes(StandardCharsets.UTF_8));
            return lines.replace(line(lines, number), String.join("\t", columns));
        };
    }

    /** Another actor, and hashes that belong to it. */
    private static BundleEntry refitted(BundleEntry entry) {
        Body body = Objects.requireNonNull(entry.body());
        Body other = new Body(
                new String(body.metadata(), StandardCharsets.UTF_8)
                        .replace("AGENT", "ADMIN")
                        .getBytes(StandardCharsets.UTF_8),
                body.payload());
        return BundleEntry.of(entry.parsedHeader(), other, true, entry.personal());
    }

    private static String text(Path bundle, String part) throws IOException {
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            return new String(zip.getInputStream(zip.getEntry(part)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The bundle with a part changed, or without it where the change gives null. */
    private Path edited(Path bundle, String part, UnaryOperator<@Nullable String> change) throws IOException {
        Path file = Files.createTempFile(folder, "edited", ".zip");
        try (ZipFile zip = new ZipFile(bundle.toFile());
                OutputStream out = Files.newOutputStream(file);
                ZipOutputStream edited = new ZipOutputStream(out)) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                byte[] bytes = zip.getInputStream(entry).readAllBytes();
                if (entry.getName().equals(part)) {
                    String text = change.apply(new String(bytes, StandardCharsets.UTF_8));
                    if (text == null) {
                        continue;
                    }
                    bytes = text.getBytes(StandardCharsets.UTF_8);
                }
                edited.putNextEntry(new ZipEntry(entry.getName()));
                edited.write(bytes);
                edited.closeEntry();
            }
        }
        return file;
    }
}
