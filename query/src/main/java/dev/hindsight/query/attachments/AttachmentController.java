package dev.hindsight.query.attachments;

import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.query.Parameters;
import dev.hindsight.query.attachments.Attachments.Located;
import dev.hindsight.query.ticket.TicketReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The files on a ticket, for whoever may read it. */
@RestController
@RequestMapping("/api/v1/tickets/{id}/attachments")
public final class AttachmentController {

    /** What no browser runs; everything else goes out as bytes without a meaning. */
    private static final Set<String> HARMLESS =
            Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain");

    private final TicketReader reader;
    private final AttachmentContents contents;

    public AttachmentController(TicketReader reader, AttachmentContents contents) {
        this.reader = reader;
        this.contents = contents;
    }

    @GetMapping
    public ResponseEntity<AttachmentList> attachments(
            Caller caller, @PathVariable String id, @RequestParam(required = false) @Nullable String minPosition) {
        var answer = reader.read(caller, id, minPosition, Attachments::of);
        return answer.headers().body(new AttachmentList(answer.body(), answer.position()));
    }

    /**
     * Always to be saved, never to be shown or run: neither the name nor the type nor the content is trusted. The edge
     * adds to this as to every answer what browsers must not do with it.
     */
    @GetMapping("/{attachmentId}")
    public ResponseEntity<Resource> attachment(
            Caller caller,
            @PathVariable String id,
            @PathVariable String attachmentId,
            @RequestParam(required = false) @Nullable String minPosition) {
        var answer = reader.read(
                caller,
                id,
                minPosition,
                (snapshot, ticket) -> Parameters.maybeId(attachmentId)
                        .flatMap(it -> Attachments.find(snapshot, ticket, it))
                        .orElseThrow(() -> new NotFound("There is no such attachment.")));
        Located located = answer.body();
        Attachment file = located.attachment();
        UUID ticket = answer.ticket().id();
        var plain = contents.open(ticket, located.content(), file.size(), located.wrappedKey());
        return answer.headers()
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(file.name(), StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .contentType(
                        HARMLESS.contains(file.type())
                                ? MediaType.parseMediaType(file.type())
                                : MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(file.size())
                .body(new InputStreamResource(plain));
    }
}
