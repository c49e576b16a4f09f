package dev.hindsight.ops.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hindsight.client.ApiClient;
import dev.hindsight.client.ApiException;
import dev.hindsight.client.ApiResponse;
import dev.hindsight.client.api.DirectoryApi;
import dev.hindsight.client.api.ReadingApi;
import dev.hindsight.client.api.TicketsApi;
import dev.hindsight.client.model.AssignmentBody;
import dev.hindsight.client.model.CategoryBody;
import dev.hindsight.client.model.Change;
import dev.hindsight.client.model.ChangeTicketBody;
import dev.hindsight.client.model.Message;
import dev.hindsight.client.model.NoteBody;
import dev.hindsight.client.model.OpenTicketBody;
import dev.hindsight.client.model.OpenTicketBodyRequester;
import dev.hindsight.client.model.Problem;
import dev.hindsight.client.model.ReplyBody;
import dev.hindsight.client.model.ResolutionCode;
import dev.hindsight.client.model.Status;
import dev.hindsight.client.model.StatusBody;
import dev.hindsight.client.model.Ticket;
import dev.hindsight.client.model.TicketPage;
import dev.hindsight.client.model.TicketSummary;
import dev.hindsight.client.model.TimelinePage;
import dev.hindsight.client.model.WriteAnswer;
import dev.hindsight.domain.people.Role;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A day with the client that the build makes from {@code openapi.yaml}, as an integrator uses it. */
class GeneratedClientTest {

    private final RunningApplication app = RunningApplication.shared();
    private final ApiClient agent = client(Role.AGENT, "ana@example.org");
    private final TicketsApi tickets = new TicketsApi(agent);
    private final ReadingApi reading = new ReadingApi(agent);
    private final String word = "wombat" + UUID.randomUUID().toString().substring(0, 8);

    private ApiClient client(Role role, String user) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(app.url(""));
        String token = app.as(role, user).token();
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }

    private WriteAnswer open() throws ApiException {
        return tickets.openTicket(
                new OpenTicketBody()
                        .subject("The " + word + " is loose")
                        .description("It was in its cage – on Monday.")
                        .requester(new OpenTicketBodyRequester().email("lee@example.org"))
                        .tags(List.of("zoo")),
                UUID.randomUUID().toString());
    }

    private static String etag(ApiResponse<?> answer) {
        return Objects.requireNonNull(answer.getHeaders().get("etag")).getFirst();
    }

    @Test
    void aTicketIsOpenedWorkedListedAndFound() throws ApiException {
        WriteAnswer opened = open();
        String id = opened.getId().toString();
        ApiResponse<Ticket> read =
                reading.readTicketWithHttpInfo(id, opened.getPosition(), null, null, null, null, null);
        assertThat(read.getData().getStatus()).isEqualTo(Status.NEW);
        assertThat(read.getData().getAssignee()).isNull();
        assertThat(read.getHeaders()).containsKey("hindsight-position");

        ApiResponse<WriteAnswer> assigned =
                tickets.assignTicketWithHttpInfo(id, new AssignmentBody().assignee("me"), etag(read), null);
        assertThat(assigned.getData().getVersion()).isEqualTo(3); // TicketAssigned and WorkStarted
        new DirectoryApi(client(Role.ADMIN, "adele")).putCategory(word, new CategoryBody().name("Animals"), null);
        ApiResponse<WriteAnswer> categorized =
                tickets.changeTicketWithHttpInfo(id, new ChangeTicketBody().category(word), etag(assigned), null);
        Long then = categorized.getData().getPosition();
        assertThat(ticket(id, then).getCategory()).isEqualTo(word);
        WriteAnswer emptied = tickets.changeTicket(id, new ChangeTicketBody().category(null), etag(categorized), null);
        assertThat(ticket(id, emptied.getPosition()).getCategory()).isNull();
        WriteAnswer note = tickets.addNote(id, new NoteBody().body("It bites."), null);
        WriteAnswer reply = tickets.replyToTicket(id, new ReplyBody().body("We are looking."), null);
        assertThat(note.getMessageId()).isNotEqualTo(reply.getMessageId());
        assertThat(reading.readConversation(id, null, null, reply.getPosition(), null, null, null, null, null)
                        .getItems())
                .extracting(Message::getKind)
                .containsExactly(
                        Message.KindEnum.REQUESTER_REPLY,
                        Message.KindEnum.INTERNAL_NOTE,
                        Message.KindEnum.PUBLIC_REPLY);

        WriteAnswer resolved = tickets.changeStatus(
                id, new StatusBody().status(Status.RESOLVED).resolutionCode(ResolutionCode.FIXED), "*", null);
        TicketPage page = list(resolved.getPosition());
        assertThat(page.getItems()).extracting(TicketSummary::getId).containsExactly(opened.getId());
        assertThat(page.getItems().getFirst().getStatus()).isEqualTo(Status.RESOLVED);
        assertThat(page.getNextCursor()).isNull();
        TimelinePage timeline =
                reading.readTimeline(id, 200, null, resolved.getPosition(), null, null, null, null, null);
        assertThat(timeline.getItems().getLast().getEvent()).isEqualTo("TicketResolved");
        assertThat(reading.readTicket(id, null, null, null, null, 1L, null).getStatus())
                .isEqualTo(Status.NEW);
        assertThat(reading.readChanges(id, "1", null, null).getChanges())
                .extracting(Change::getField)
                .contains("status");

        Journey.eventually(java.time.Duration.ofSeconds(20), () -> found(opened.getId()));
    }

    private Ticket ticket(String id, Long minPosition) throws ApiException {
        return reading.readTicket(id, minPosition, null, null, null, null, null);
    }

    private TicketPage list(Long minPosition) throws ApiException {
        return reading.listTickets(
                null,
                null,
                null,
                "me",
                null,
                null,
                null,
                null,
                "zoo",
                null,
                word,
                null,
                null,
                null,
                null,
                "-createdAt",
                10,
                null,
                minPosition,
                null,
                null,
                null,
                null);
    }

    private boolean found(UUID id) {
        try {
            return reading.searchTickets(word, null, null, null).getItems().stream()
                    .anyMatch(hit -> id.equals(hit.getTicket().getId()));
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRefusalIsAnExceptionWithTheCodeOfTheProblem() throws Exception {
        WriteAnswer opened = open();
        String id = opened.getId().toString();
        tickets.changeStatus(
                id, new StatusBody().status(Status.RESOLVED).resolutionCode(ResolutionCode.FIXED), "*", null);
        tickets.changeStatus(id, new StatusBody().status(Status.CLOSED), "*", null);
        assertThat(problem(() -> tickets.replyToTicket(id, new ReplyBody().body("One more"), null), 409)
                        .getCode())
                .isEqualTo("ALREADY_CLOSED");
        assertThat(problem(() -> tickets.assignTicket(id, new AssignmentBody().assignee("me"), "\"1\"", null), 412)
                        .getDetail())
                .isNotBlank();
        Problem invalid = problem(() -> tickets.openTicket(new OpenTicketBody().subject(""), null), 400);
        assertThat(invalid.getCode()).isEqualTo("INVALID_REQUEST");
        assertThat(Objects.requireNonNull(invalid.getErrors()).getFirst().getField())
                .isEqualTo("subject");
        TicketsApi stranger = new TicketsApi(client(Role.REQUESTER, "mallory@example.org"));
        problem(() -> stranger.replyToTicket(id, new ReplyBody().body("Hello"), null), 404);
    }

    private Problem problem(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int status) throws Exception {
        ApiException refused = catchThrowableOfType(ApiException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.getCode()).as(refused.getMessage()).isEqualTo(status);
        return agent.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
    }
}
