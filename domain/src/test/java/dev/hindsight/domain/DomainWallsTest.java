package dev.hindsight.domain;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.hindsight.domain.configuration.ConfigurationEvent;
import dev.hindsight.domain.operations.OperationsEvent;
import dev.hindsight.domain.people.OrganizationEvent;
import dev.hindsight.domain.people.PersonEvent;
import dev.hindsight.domain.ticket.TicketEvent;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@AnalyzeClasses(packages = "dev.hindsight.domain", importOptions = DoNotIncludeTests.class)
class DomainWallsTest {

    private static final List<Class<? extends Event>> FAMILIES = List.of(
            TicketEvent.class,
            PersonEvent.class,
            OrganizationEvent.class,
            ConfigurationEvent.class,
            OperationsEvent.class);

    private static final Set<Type> STORED = Set.of(
            UUID.class,
            Instant.class,
            String.class,
            int.class,
            long.class,
            boolean.class,
            Integer.class,
            Long.class,
            Boolean.class,
            List.class,
            Map.class);

    @ArchTest
    static final ArchRule plain_java = classes()
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("dev.hindsight.domain..", "java..", "org.jspecify.annotations.."))
            .because("the language is plain Java; move what needs a library into command, projections, query or ops");

    @ArchTest
    static final ArchRule no_clock = classes()
            .should()
            .onlyCallMethodsThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                    "read neither clock nor randomness",
                    method ->
                            !method.getName().equals("now") && !method.getName().equals("randomUUID")))
            .because("time and ids arrive as arguments");

    @ArchTest
    static final ArchRule events_belong_to_a_family = classes()
            .that()
            .implement(Event.class)
            .and()
            .areNotInterfaces()
            .should()
            .beRecords()
            .andShould()
            .beAssignableTo(com.tngtech.archunit.base.DescribedPredicate.describe(
                    "one of the sealed families", type -> FAMILIES.stream().anyMatch(type::isAssignableTo)))
            .because("an event is a record within a sealed family: add it there, with its golden file");

    static Stream<Class<?>> events() {
        return FAMILIES.stream().flatMap(DomainWallsTest::leaves).distinct();
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(DomainWallsTest::leaves)
                : Stream.of(type);
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_holds_jdk_types_only(Class<?> event) {
        for (var component : event.getRecordComponents()) {
            assertThat(flat(component.getGenericType()))
                    .as("%s.%s: store enums as text, values as their parts", event.getSimpleName(), component.getName())
                    .isSubsetOf(STORED);
        }
        assertThat(event.getRecordComponents())
                .as("%s says when it happened", event.getSimpleName())
                .anyMatch(component -> component.getName().equals("at") && component.getType() == Instant.class);
    }

    private static Set<Type> flat(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Stream.concat(
                            Stream.of(generic.getRawType()),
                            Stream.of(generic.getActualTypeArguments()).flatMap(inner -> flat(inner).stream()))
                    .collect(java.util.stream.Collectors.toSet());
        }
        if (type instanceof Class<?> part
                && part.isRecord()
                && FAMILIES.stream().anyMatch(family -> family.equals(part.getEnclosingClass()))) {
            // what an event lists many of, as a record of its family's
            return Stream.of(part.getRecordComponents())
                    .flatMap(component -> flat(component.getGenericType()).stream())
                    .collect(java.util.stream.Collectors.toSet());
        }
        return Set.of(type);
    }

    /** The compiler checks a switch over a sealed family for completeness only while it has no default. */
    @Test
    void no_switch_over_events_has_a_default() throws IOException {
        var withDefault = Pattern.compile("case \\w+ (e|_) ->(?s:.*?)default ->");
        try (var files = Files.walk(Path.of("src/main/java"))) {
            var sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).anyMatch(file -> file.endsWith("Ticket.java"));
            for (var source : sources) {
                assertThat(Files.readString(source)).as("%s", source).doesNotContainPattern(withDefault);
            }
        }
    }
}
