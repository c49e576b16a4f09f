package dev.hindsight.query;

import dev.hindsight.domain.InvalidRequest;
import dev.hindsight.domain.InvalidRequest.FieldError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses query parameters that the called read does not have: a filter with a typo would otherwise answer with
 * everything. What a read has is what its method declares, single or as a record.
 */
final class UnknownParameters implements HandlerInterceptor {

    private static final String GENERATION = "generation";

    private final Map<HandlerMethod, Set<String>> known = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && isRead(method)) {
            Set<String> names = known.computeIfAbsent(method, UnknownParameters::declared);
            List<FieldError> unknown = request.getParameterMap().keySet().stream()
                    .filter(name -> !names.contains(name))
                    .sorted()
                    .map(name -> new FieldError(name, "is not a parameter of this call"))
                    .toList();
            if (!names.contains(GENERATION) && request.getParameter(GENERATION) != null) {
                throw new InvalidRequest(
                        "NOT_BY_GENERATION",
                        List.of(new FieldError(
                                GENERATION,
                                "can't be given here: this is asked of what answers now, not of what was recovered")));
            }
            if (!unknown.isEmpty()) {
                throw new InvalidRequest(unknown);
            }
        }
        return true;
    }

    private static boolean isRead(HandlerMethod method) {
        return (method.getBeanType().getPackageName() + ".").startsWith(UnknownParameters.class.getPackageName() + ".");
    }

    private static Set<String> declared(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .flatMap(UnknownParameters::names)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<String> names(MethodParameter parameter) {
        RequestParam single = parameter.getParameterAnnotation(RequestParam.class);
        if (single != null) {
            return Stream.of(
                    single.name().isEmpty()
                            ? String.valueOf(parameter.getParameter().getName())
                            : single.name());
        } else if (parameter.hasParameterAnnotation(ModelAttribute.class)) {
            return Arrays.stream(parameter.getParameterType().getRecordComponents())
                    .map(RecordComponent::getName);
        }
        return Stream.empty();
    }
}
