package dev.hindsight.domain.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hindsight.domain.InvalidRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @Test
    void case_and_blanks_around_it_make_no_other_address() {
        assertThat(EmailAddress.of("  Ana.Smith+it@Mail.Example.ORG ")).contains("ana.smith+it@mail.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@b", "josé@exämple.org", "o'brien@example.co.uk", "a@1.example"})
    void real_addresses_are_taken(String address) {
        assertThat(EmailAddress.of(address)).contains(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ana",
                "@example.org",
                "ana@",
                "ana@@example.org",
                "ana@exa mple.org",
                "a\u0000b@example.org",
                "ana@example..org",
                "ana@-example.org",
                "ana@example.org.",
                "<ana@example.org>",
                "a@b,c@d",
                "ana@exa\nmple.org"
            })
    void what_is_none_is_refused(String text) {
        assertThat(EmailAddress.of(text)).isEmpty();
        assertThatExceptionOfType(InvalidRequest.class).isThrownBy(() -> EmailAddress.parse("email", text));
    }

    @Test
    void endless_input_is_refused_quickly() {
        assertThat(EmailAddress.of("a@" + "a-".repeat(500_000))).isEmpty();
        assertThat(EmailAddress.of("a@" + "a-".repeat(120))).isEmpty();
        assertThat(EmailAddress.of("a".repeat(65) + "@example.org")).isEmpty();
    }
}
