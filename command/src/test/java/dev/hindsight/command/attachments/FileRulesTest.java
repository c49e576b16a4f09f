package dev.hindsight.command.attachments;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hindsight.domain.InvalidRequest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRulesTest {

    private final FileRules rules = new FileRules(1_000, 10, List.of(), List.of(), Set.of("exe", "bat"));

    @ParameterizedTest
    @ValueSource(strings = {"evil.exe", "EVIL.EXE", "holiday.jpg.exe", "evil.exe.", "evil.exe . .", ".bat"})
    void what_Windows_would_run_is_refused(String name) {
        assertThatThrownBy(() -> rules.check("file", name, "image/png"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("must not be a file of the kind");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exe", "notes.exe.txt", "bat", "report.", "a.b"})
    void others_are_taken(String name) {
        assertThatCode(() -> rules.check("file", name, "image/png")).doesNotThrowAnyException();
    }
}
