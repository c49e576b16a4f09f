package dev.hindsight.command.call;

import dev.hindsight.command.dispatch.Answer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/**
 * What a write call on people or configuration answers.
 *
 * @param id a UUID or a key
 * @param position null if sequencing stalls
 */
public record ConfigurationAnswer(
        String id, long version, @Nullable Long position) {

    /** @param folder path under which the thing has its address */
    public static ResponseEntity<ConfigurationAnswer> tell(Answer answer, String folder) {
        var receipt = answer.receipt();
        var body = new ConfigurationAnswer(receipt.id(), receipt.version(), answer.position());
        return Answers.tell(answer, body, folder + receipt.id());
    }
}
