package dev.hindsight.command.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.hindsight.command.imports.CaseTranslator.Translated;
import dev.hindsight.command.imports.SourceFile.Rejection;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.configuration.FieldValue;
import dev.hindsight.domain.ticket.Change;
import dev.hindsight.domain.ticket.HoldReason;
import dev.hindsight.domain.ticket.ImportRow;
import dev.hindsight.domain.ticket.Level;
import dev.hindsight.domain.ticket.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TranslationTest {

    private static final String MAPPING = """
            source: desk
            caseId: id
            zone: Europe/Rome
            time: {column: at, format: dd-MM-yyyy HH:mm}
            unknown: ["?"]
            activity: what
            states:
              column: what
              values:
                New: {status: NEW}
                Take: {status: OPEN, assign: who}
                Anomaly: {status: ON_HOLD, hold: PROBLEM}
                Fixed: {status: OPEN, ifHeldFor: PROBLEM}
                Wait: {status: ON_HOLD, hold: OTHER}
                Done: {status: RESOLVED}
                End: {status: CLOSED}
            actor: by
            assignee: agent
            queue: group
            category: [cat, sub]
            impact: impact
            subject: "{cat}: {sub}"
            fields: {code: code}
            finalOnly: {code: [RESOLVED, CLOSED]}
            """;

    private static final String HEADER = "id,at,what,who,by,agent,group,cat,sub,impact,code\n";

    private static ImportMapping mapping(String yaml) {
        return ImportMapping.parse(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
    }

    private SourceFile read(String csv) throws IOException {
        return read(csv.getBytes(StandardCharsets.UTF_8));
    }

    private SourceFile read(byte[] csv) throws IOException {
        return SourceFile.read(new ByteArrayInputStream(csv), mapping(MAPPING));
    }

    private Translated translate(String rows) throws IOException {
        SourceFile file = read(HEADER + rows);
        CaseTranslator translator = new CaseTranslator(mapping(MAPPING), file.columns(), TranslationTest::person);
        return translator.translate(Objects.requireNonNull(file.cases().get("1")));
    }

    private static UUID person(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String row(String at, String what) {
        return "1," + at + "," + what + ",Bob,,?,,,,,\n";
    }

    private static @Nullable Status status(ImportRow row) {
        return row.status() == null ? null : row.status().status();
    }

    @Test
    void rowsKeepTheOrderOfTheFileAndCountWithinTheirCase() throws IOException {
        SourceFile file = read(HEADER + row("02-01-2024 10:00", "New") + "2,,,,,,,,,,\n"
                + row("01-01-2024 10:00", "Take") + row("01-01-2024 10:00", "Take"));
        assertThat(file.rows()).isEqualTo(4);
        assertThat(Objects.requireNonNull(file.cases().get("1")))
                .extracting(SourceFile.SourceRow::ordinal, SourceFile.SourceRow::line)
                .containsExactly(tuple(1, 2L), tuple(2, 4L), tuple(3, 5L));
    }

    @Test
    void aMarkAtTheBeginningQuotedLineEndsAndEmptyLinesAreUnderstood() throws IOException {
        SourceFile file = read("\uFEFF\"id\"" + HEADER.substring(2)
                + "\n1,x,\"two\n\nlines, \"\"quoted\"\"\",,,,,,,,\r\n\n2,x,y,,,,,,,,");
        assertThat(Objects.requireNonNull(file.cases().get("1")).getFirst().line())
                .isEqualTo(3);
        assertThat(Objects.requireNonNull(file.cases().get("1"))
                        .getFirst()
                        .cells()
                        .get(2))
                .isEqualTo("two\n\nlines, \"quoted\"");
        assertThat(Objects.requireNonNull(file.cases().get("2")).getFirst().line())
                .isEqualTo(7);
        assertThat(file.rows()).isEqualTo(2);
    }

    @Test
    void aStrayQuoteCostsItsOwnLineAlone() throws IOException {
        SourceFile file = read(HEADER + "1,x,\"stray,,,,,,,,\n1,x,fine,,,,,,,,\n\"2,x,y\n3,x,\"a\"b,,,,,,,,\n");
        assertThat(file.rows()).isEqualTo(4);
        assertThat(Objects.requireNonNull(file.cases().get("1")))
                .extracting(row -> row.cells().size())
                .containsExactly(0, 11);
        assertThat(Objects.requireNonNull(file.cases().get("3")).getFirst().cells())
                .isEmpty();
    }

    @Test
    void whatIsNoSuchFileIsRefused() {
        assertThatThrownBy(() -> read("")).isInstanceOf(InvalidRequest.class).hasMessageContaining("is empty");
        assertThatThrownBy(() -> read(HEADER))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("has no rows");
        assertThatThrownBy(() -> read("id,at,what\n1,2,3\n"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("lacks columns")
                .hasMessageContaining("impact");
        assertThatThrownBy(() -> read(HEADER.replace("impact", "impakt")))
                .hasMessageContaining("lacks columns that the mapping names: impact. Its own are id, at, ")
                .hasMessageContaining("Take the missing ones out of the mapping, or export the file with them");
        assertThatThrownBy(() -> read("id,id\n1,2\n"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("two columns named id: rename one");
        assertThatThrownBy(() -> read("name,price\nbolt,2\n"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("is not the log that this mapping describes")
                .hasMessageContaining("but name, price. Give the file and the mapping that belong together");
        assertThatThrownBy(() -> read("PK\u0003\u0004\0\0"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("export it as CSV in UTF-8");
    }

    @Test
    void theNumberInTheSourceIsAField() throws IOException {
        List<ImportRow> rows = translate(row("01-07-2024 10:00", "New") + row("01-07-2024 11:00", "Take"))
                .rows();
        assertThat(rows.get(0).fields()).isEqualTo(Map.of("source-number", FieldValue.ofText("1")));
        assertThat(rows.get(1).fields()).isEmpty();
        assertThat(mapping(MAPPING.replace("{code: code}", "{code: code, source-number: what}"))
                        .fieldColumns())
                .containsEntry("source-number", "what");
    }

    @Test
    void brokenRowsAreNamedAndTheOthersGoOn() throws IOException {
        Translated translated = translate(row("01-01-2024 10:00", "New")
                + row("32-01-2024 10:00", "Take")
                + row("", "Take")
                + "1,01-01-2024 10:00,Take\n"
                + "1,01-01-2024 10:00,Take,Bob,,?,,,,9 - Wow,\n"
                + row("01-01-2024 11:00", "Done"));
        assertThat(translated.rejected())
                .containsExactly(
                        new Rejection(3, "column at is no time of the mapping's format"),
                        new Rejection(4, "column at is empty"),
                        new Rejection(5, "has 3 cells where the header has 11"),
                        new Rejection(6, "column impact does not begin with a digit from 1 to 3"));
        assertThat(translated.rows()).extracting(ImportRow::ordinal).containsExactly(1, 6);
    }

    @Test
    void bytesThatAreNotUtf8AreNamed() throws IOException {
        SourceFile file = read((HEADER + row("01-01-2024 10:00", "Caf\u00e9")).getBytes(StandardCharsets.ISO_8859_1));
        CaseTranslator translator = new CaseTranslator(mapping(MAPPING), file.columns(), TranslationTest::person);
        assertThat(translator
                        .translate(Objects.requireNonNull(file.cases().get("1")))
                        .rejected())
                .containsExactly(new Rejection(2, "is not UTF-8"));
    }

    @Test
    void whatNoStoreKeepsIsNamed() throws IOException {
        String rest = ",?,?,?,?,?,?,?,?\n";
        SourceFile file = read(HEADER
                + "1,01-01-2026 10:00,Ne\0w" + rest
                + "1,01-01-0000 10:00,New" + rest
                + "1,01-01-2026 10:00,New" + rest);
        CaseTranslator translator = new CaseTranslator(mapping(MAPPING), file.columns(), TranslationTest::person);
        Translated translated =
                translator.translate(Objects.requireNonNull(file.cases().get("1")));
        assertThat(translated.rows()).hasSize(1);
        assertThat(translated.rejected())
                .containsExactly(
                        new Rejection(2, "holds NUL characters, which no store keeps"),
                        new Rejection(3, "column at is no time of the mapping's format"));
        assertThatThrownBy(() -> read(HEADER.replace("cat", "c\0t")))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("NUL");
    }

    @Test
    void anEndlessRowIsSkippedWithoutBeingHeld() throws IOException {
        String endless = "x".repeat(SourceFile.LONGEST_ROW + 1);
        String open = "2,\"" + "y".repeat(SourceFile.LONGEST_ROW / 2);
        SourceFile file = read(HEADER + endless + "\r\n1,a,New\r\n" + open + "\n" + open + "\n1,b,New\n" + endless);
        assertThat(file.rows()).isEqualTo(6);
        assertThat(file.rejected())
                .containsExactly(
                        new Rejection(2, "is longer than 1048576 characters"),
                        new Rejection(7, "is longer than 1048576 characters"));
        assertThat(Objects.requireNonNull(file.cases().get("1")))
                .extracting(SourceFile.SourceRow::line)
                .containsExactly(3L, 6L);
        assertThat(Objects.requireNonNull(file.cases().get("2")))
                .allSatisfy(row -> assertThat(row.cells()).isEmpty());
    }

    @Test
    void aFileThatMemoryDoesNotHoldIsRefused() throws IOException {
        byte[] log = (HEADER + "1,a,New\n".repeat(1_000)).getBytes(StandardCharsets.UTF_8);
        assertThat(SourceFile.read(new ByteArrayInputStream(log), mapping(MAPPING), 1_000_000)
                        .rows())
                .isEqualTo(1_000);
        assertThatThrownBy(() -> SourceFile.read(new ByteArrayInputStream(log), mapping(MAPPING), 100_000))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("in parts");
    }

    @Test
    void mappingsWithHolesAreRefusedWithoutNamingOurClasses() {
        for (String[] wrong : new String[][] {
            {"New: {status: NEW}", "New: ", "states.values.New"},
            {"category: [cat, sub]", "category: [cat, null]", "category"},
            {"fields: {code: code}", "fields: {code: }", "fields.code"},
            {"finalOnly: {code: [RESOLVED, CLOSED]}", "finalOnly: {code: }", "finalOnly.code"},
            {"actor: by", "matrix: {name: m, rows: [[P1,P1,null],[P1,P1,P1],[P1,P1,P1]]}", "matrix.rows"},
            {"status: NEW", "status: NOPE", "states.values.New.status must be one of [NEW, "},
            {"actor: by", "evil: 1", "evil is not known here: remove it, or take one of activity, actor, "},
            {"actor: by", "actor: [by]", "actor has the wrong form"},
            {"source: desk", "source: {desk", "mapping"},
        }) {
            assertThatThrownBy(() -> mapping(MAPPING.replace(wrong[0], wrong[1])))
                    .as(wrong[1])
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining(wrong[2])
                    .hasMessageNotContainingAny("dev.hindsight", "java.", "Json");
        }
    }

    @Test
    void timesAreOfTheMappingsZone() throws IOException {
        assertThat(translate(row("01-07-2024 10:00", "New")).rows().getFirst().at())
                .isEqualTo(Instant.parse("2024-07-01T08:00:00Z"));
    }

    @Test
    void anActivityWithoutMoveStatesNothing() throws IOException {
        ImportRow row = translate(row("01-01-2024 10:00", "Look")).rows().getFirst();
        assertThat(status(row)).isNull();
        assertThat(row.activity()).isEqualTo("Look");
        assertThat(row.assignee()).isNull();
        assertThat(row.impact()).isNull();
        assertThat(row.subject()).isNull();
    }

    @Test
    void aMoveAppliesOnlyWhileTheCaseIsHeldForItsReason() throws IOException {
        List<ImportRow> rows = translate(row("01-01-2024 10:00", "Wait")
                        + row("01-01-2024 10:00", "Fixed")
                        + row("01-01-2024 10:00", "Anomaly")
                        + row("01-01-2024 10:00", "Look")
                        + row("01-01-2024 10:00", "Fixed")
                        + row("01-01-2024 10:00", "Fixed"))
                .rows();
        assertThat(rows)
                .extracting(TranslationTest::status)
                .containsExactly(Status.ON_HOLD, null, Status.ON_HOLD, null, Status.OPEN, null);
        assertThat(Objects.requireNonNull(rows.get(2).status()).holdReason()).isEqualTo(HoldReason.PROBLEM);
    }

    @Test
    void anAssigneeNoLongerKnownTakesThePersonAway() throws IOException {
        List<ImportRow> rows = translate("""
                        1,01-01-2024 10:00,New,,,?,,,,,
                        1,01-01-2024 10:00,New,,,Ann,,,,,
                        1,01-01-2024 10:00,New,,,?,,,,,
                        1,01-01-2024 10:00,New,,,?,,,,,
                        1,01-01-2024 10:00,Take,Bob,,?,,,,,
                        """).rows();
        assertThat(rows)
                .extracting(ImportRow::assignee)
                .containsExactly(
                        null, new Change<>(person("Ann")), new Change<>(null), null, new Change<>(person("Bob")));
    }

    @Test
    void whatIsStampedAtTheEndIsNotKnownBefore() throws IOException {
        List<ImportRow> rows = translate("""
                        1,01-01-2024 10:00,New,,,?,,,,,code 5
                        1,01-01-2024 10:00,Done,,,?,,,,,code 5
                        1,01-01-2024 10:00,Take,Bob,,?,,,,,code 5
                        1,01-01-2024 10:00,Done,,,?,,,,,code 5
                        1,01-01-2024 10:00,Look,,,?,,,,,code 5
                        1,01-01-2024 10:00,End,,,?,,,,,code 5
                        """).rows();
        assertThat(rows.get(3).fields()).containsEntry("code", FieldValue.ofText("code 5"));
        for (int other : new int[] {0, 1, 2, 4, 5}) {
            assertThat(rows.get(other).fields()).doesNotContainKey("code");
        }
    }

    @Test
    void namesBecomeKeysThatStayApart() throws IOException {
        assertThat(CaseTranslator.key("Group 56")).isEqualTo("group-56");
        assertThat(CaseTranslator.key("None")).matches("none-[0-9a-f]{8}");
        assertThat(CaseTranslator.key(" \u00c9quipe (R\u00e9seau) ")).isEqualTo("equipe-reseau");
        String first = CaseTranslator.key("\u0413\u0440\u0443\u043f\u043f\u0430 5");
        assertThat(first).matches("5-[0-9a-f]{8}").isNotEqualTo(CaseTranslator.key("\u041e\u0442\u0434\u0435\u043b 5"));
        String longer = "a".repeat(70);
        assertThat(CaseTranslator.key(longer)).hasSize(63).isNotEqualTo(CaseTranslator.key(longer + "b"));
        ImportRow row = translate("1,01-01-2024 10:00,New,,,?,Group 1,Soft,Mail,2 - Medium,\n")
                .rows()
                .getFirst();
        assertThat(row.queue()).isEqualTo(new Change<>("group-1"));
        assertThat(row.category()).isEqualTo(new Change<>("soft-mail"));
        assertThat(row.subject()).isEqualTo("Soft: Mail");
        assertThat(row.impact()).isEqualTo(Level.of(2));
    }

    @Test
    void mappingsThatCanNotBeMeantAreRefusedByName() {
        for (String[] wrong : new String[][] {
            {"source: desk", "source: The Desk", "mapping.source"},
            {"caseId: id\n", "", "mapping.caseId"},
            {"Europe/Rome", "Middle/Earth", "mapping.zone"},
            {"dd-MM-yyyy HH:mm", "no pattern", "mapping.time.format"},
            {"hold: OTHER", "hold: NEVER", "mapping.states"},
            {"{code: [RESOLVED, CLOSED]}", "{other: [CLOSED]}", "mapping.finalOnly"},
            {"impact: impact", "impakt: impact", "mapping"}
        }) {
            assertThatThrownBy(() -> mapping(MAPPING.replace(wrong[0], wrong[1])))
                    .as(wrong[1])
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining(wrong[2]);
        }
    }
}
