package dev.hindsight.query;

import dev.hindsight.domain.Forbidden;
import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.NotFound;
import dev.hindsight.domain.Unavailable;
import dev.hindsight.domain.people.Caller;
import dev.hindsight.domain.people.Role;
import dev.hindsight.projections.live.MemoryLog;
import dev.hindsight.projections.readmodel.EventLog;
import dev.hindsight.projections.readmodel.FreshnessGate;
import dev.hindsight.projections.readmodel.ReadModels;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.support.GenericWebApplicationContext;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The read endpoints as they are wired, asked by whoever the test says; no server. */
public final class Web {

    private static final JsonMapper JSON = new JsonMapper();

    private final MockMvc mvc;

    public Web(ReadModelRows rows) {
        this(rows.models, rows.gate, rows.cursors, rows.log, context -> {});
    }

    /** @param more beans beside the query module's */
    public Web(ReadModels models, FreshnessGate gate, Cursors cursors, Consumer<GenericWebApplicationContext> more) {
        this(models, gate, cursors, new MemoryLog(), more);
    }

    private Web(
            ReadModels models,
            FreshnessGate gate,
            Cursors cursors,
            EventLog log,
            Consumer<GenericWebApplicationContext> more) {
        var context = new GenericWebApplicationContext(new MockServletContext());
        AnnotationConfigUtils.registerAnnotationConfigProcessors(context);
        context.registerBean(ReadModels.class, () -> models);
        context.registerBean(FreshnessGate.class, () -> gate);
        context.registerBean(Cursors.class, () -> cursors);
        context.registerBean(EventLog.class, () -> log);
        context.registerBean(JsonMapper.class, () -> JSON);
        context.registerBean(QueryModule.class);
        context.registerBean(Edge.class);
        context.registerBean(Problems.class);
        more.accept(context);
        context.refresh();
        mvc = MockMvcBuilders.webAppContextSetup(context).build();
    }

    /** An answer, with the code of a problem for other statuses than 200. */
    public record Answer(int status, JsonNode body, MockHttpServletResponse response) {

        public @Nullable String code() {
            return body.path("code").asString(null);
        }

        public @Nullable String header(String name) {
            return response.getHeader(name);
        }
    }

    public static Caller caller(UUID person, Role... roles) {
        return new Caller(person, Set.of(roles), null);
    }

    /**
     * @param path encoded
     * @param parameters name and value in turn, not encoded
     */
    public Answer get(Caller caller, String path, String... parameters) {
        return get(caller, path, null, parameters);
    }

    public Answer get(Caller caller, String path, @Nullable Map<String, String> headers, String... parameters) {
        var request = MockMvcRequestBuilders.get(URI.create("/api/v1" + path));
        request.requestAttr(Caller.class.getName(), caller);
        for (int i = 0; i < parameters.length; i += 2) {
            request.queryParam(parameters[i], parameters[i + 1]);
        }
        if (headers != null) {
            headers.forEach(request::header);
        }
        try {
            var response = mvc.perform(request).andReturn().getResponse();
            byte[] content = response.getContentAsByteArray();
            return new Answer(
                    response.getStatus(),
                    content.length == 0 ? JSON.createObjectNode() : JSON.readTree(content),
                    response);
        } catch (Exception e) {
            throw new AssertionError("the call failed: " + path, e);
        }
    }

    /** What the edge of the application does for controllers. */
    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Edge implements WebMvcConfigurer {
        @Override
        public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
            resolvers.add(new HandlerMethodArgumentResolver() {
                @Override
                public boolean supportsParameter(MethodParameter parameter) {
                    return parameter.getParameterType() == Caller.class;
                }

                @Override
                public @Nullable Object resolveArgument(
                        MethodParameter parameter,
                        @Nullable ModelAndViewContainer container,
                        NativeWebRequest request,
                        @Nullable WebDataBinderFactory binder) {
                    return request.getAttribute(Caller.class.getName(), NativeWebRequest.SCOPE_REQUEST);
                }
            });
        }
    }

    @RestControllerAdvice
    static class Problems {
        @ExceptionHandler
        ResponseEntity<Object> invalid(InvalidRequest e) {
            return problem(400, e.code(), e.errors());
        }

        @ExceptionHandler
        ResponseEntity<Object> forbidden(Forbidden e) {
            return problem(403, "FORBIDDEN", String.valueOf(e.getMessage()));
        }

        @ExceptionHandler
        ResponseEntity<Object> notFound(NotFound e) {
            return problem(404, "NOT_FOUND", String.valueOf(e.getMessage()));
        }

        @ExceptionHandler
        ResponseEntity<Object> unavailable(Unavailable e) {
            return problem(503, e.code(), String.valueOf(e.getMessage()));
        }

        private static ResponseEntity<Object> problem(int status, String code, Object detail) {
            return ResponseEntity.status(status).body(Map.of("code", code, "detail", detail));
        }
    }
}
