package dev.hindsight.command.call;

import dev.hindsight.command.dispatch.Answer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** Tells a success: 200, or 201 with a Location where something was made, the version as ETag. */
public final class Answers {

    /** Header that says of a success that it is remembered from an earlier call. */
    public static final String REPLAYED = "Idempotency-Replayed";

    private Answers() {}

    /** @param location of what was made; asked for nothing else */
    public static <B> ResponseEntity<B> tell(Answer answer, B body, @Nullable String location) {
        boolean made = answer.receipt().made();
        var response = ResponseEntity.status(made ? HttpStatus.CREATED : HttpStatus.OK)
                .eTag("\"" + answer.receipt().version() + "\"");
        if (made && location != null) {
            response.header(HttpHeaders.LOCATION, location);
        }
        return replayed(response, answer.replayed()).body(body);
    }

    /** Says of a success that it is remembered from an earlier call, where it is. */
    public static ResponseEntity.BodyBuilder replayed(ResponseEntity.BodyBuilder response, boolean replayed) {
        return replayed ? response.header(REPLAYED, "true") : response;
    }
}
