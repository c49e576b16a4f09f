package dev.hindsight.ops.acceptance;

import dev.hindsight.ops.acceptance.RunningApplication.Answer;
import dev.hindsight.ops.acceptance.RunningApplication.Person;
import java.util.stream.Stream;

/** Bodies of multipart/form-data as clients upload files with them, and as they should not. */
public final class MultipartFiles {

    public static final String BOUNDARY = "bOuNdArY";
    public static final String TYPE = "multipart/form-data; boundary=" + BOUNDARY;

    private MultipartFiles() {}

    /** One file, its name as it stands. */
    public static String part(String name, String type, String content) {
        return raw("Content-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\nContent-Type: " + type
                + "\r\n\r\n" + content);
    }

    /** A part with any headers and content. */
    public static String raw(String headersAndContent) {
        return "--" + BOUNDARY + "\r\n" + headersAndContent + "\r\n";
    }

    /** A body of these parts, with its end. */
    public static String parts(String... parts) {
        return String.join("", parts) + "--" + BOUNDARY + "--\r\n";
    }

    /**
     * Uploads a body.
     *
     * @param ticket its path
     * @param headers more of them
     */
    public static Answer upload(Person by, String ticket, String body, String... headers) {
        return by.post(
                ticket + "/attachments",
                body,
                Stream.concat(Stream.of("Content-Type", TYPE), Stream.of(headers))
                        .toArray(String[]::new));
    }

    /** The id of the first file that was taken. */
    public static String firstId(Answer uploaded) {
        return Desks.ok(uploaded).body().path("attachments").path(0).path("id").asString();
    }
}
