package dev.hindsight.command.desk;

import dev.hindsight.command.attachments.AttachmentVault;
import dev.hindsight.command.attachments.FileRules;
import dev.hindsight.command.attachments.Upload;
import dev.hindsight.command.call.Answers;
import dev.hindsight.command.call.Calls;
import dev.hindsight.command.call.Given;
import dev.hindsight.command.dispatch.Answer;
import dev.hindsight.command.dispatch.Call;
import dev.hindsight.command.dispatch.IdempotencyMismatch;
import dev.hindsight.command.ticket.TicketCommand.AddAttachments;
import dev.hindsight.command.ticket.TicketCommand.RemoveAttachment;
import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Refusal;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.ticket.Attachments.Stored;
import dev.hindsight.domain.ticket.TicketEvent.AttachmentAdded;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Puts files on tickets and takes them away. The body of an upload is read here, part by part, and nowhere before: the
 * edge keeps the server from unpacking it.
 */
@RestController
@RequestMapping("/api/v1/tickets/{id}/attachments")
public final class AttachmentEndpoint {

    private final Desk desk;
    private final AttachmentVault vault;
    private final FileRules rules;

    public AttachmentEndpoint(Desk desk, AttachmentVault vault, FileRules rules) {
        this.desk = desk;
        this.vault = vault;
        this.rules = rules;
    }

    /** A file as it was taken. */
    record UploadedFile(UUID id, String name, String type, long size, String sha256) {}

    /** @param position null if sequencing stalls */
    record UploadAnswer(
            UUID id, String number, long version, @Nullable Long position, List<UploadedFile> attachments) {}

    @PostMapping
    ResponseEntity<UploadAnswer> addAttachments(@PathVariable String id, Caller caller, HttpServletRequest request)
            throws IOException {
        UUID ticket = desk.ticket(id, caller);
        Calls.of(request, caller); // what is wrong with the headers is said before the body is read
        desk.admit(caller, ticket);
        Upload upload = new Upload(vault, rules, ticket);
        List<Stored> files = upload.receive(request);
        Call call = Calls.of(request, caller, upload.digest());
        Answer answer;
        try {
            answer = desk.attach(call, caller, new AddAttachments(ticket, call.actor(), desk.now(), files));
        } catch (Refusal | InvalidRequest | NotFound | Forbidden | IdempotencyMismatch refused) {
            upload.discard(); // whatever else may have happened, the cleaner finds out
            throw refused;
        }
        if (answer.replayed()) {
            upload.discard();
        }
        return tell(answer, files.size());
    }

    /** As the events say, so that a repeated call answers with the ids of the first. */
    private ResponseEntity<UploadAnswer> tell(Answer answer, int files) {
        TicketAnswer told = TicketAnswer.of(answer);
        List<UploadedFile> uploaded = desk.left(told.id(), told.version(), files)
                .map(AttachmentAdded.class::cast)
                .map(it -> new UploadedFile(it.attachmentId(), it.name(), it.type(), it.size(), it.plainSha256()))
                .toList();
        String location = Desk.under(
                told.id(),
                "/attachments" + (files == 1 ? "/" + uploaded.getFirst().id() : ""));
        return Answers.tell(
                answer,
                new UploadAnswer(told.id(), told.number(), told.version(), told.position(), uploaded),
                location);
    }

    @DeleteMapping("/{attachmentId}")
    ResponseEntity<TicketAnswer> removeAttachment(
            @PathVariable String id, @PathVariable String attachmentId, Caller caller, HttpServletRequest request) {
        UUID ticket = desk.ticket(id, caller);
        Call call = Calls.of(request, caller);
        var command = new RemoveAttachment(ticket, call.actor(), desk.now(), attachment(attachmentId));
        return desk.detach(call, caller, command, gone -> vault.lookAgain(ticket, gone.content()));
    }

    private static UUID attachment(String id) {
        try {
            return Given.id("attachmentId", id);
        } catch (InvalidRequest noId) {
            throw new NotFound("There is no such attachment.");
        }
    }
}
