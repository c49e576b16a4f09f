package dev.hindsight.ops.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.ComponentScan;

class WallsTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.hindsight");

    private static final DescribedPredicate<JavaClass> PUBLISHED =
            resideInAPackage("dev.hindsight.projections.readmodel..");

    @Test
    void allRoomsAreHere() {
        for (String room : List.of("domain", "command", "projections", "query", "ops")) {
            assertThat(MAIN.stream().filter(type -> type.getPackageName().startsWith("dev.hindsight." + room)))
                    .as(room)
                    .isNotEmpty();
        }
    }

    @Test
    void theDomainNeedsNothing() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.hindsight.domain..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.hindsight.domain..", "java..", "org.jspecify..")
                .because("the language is plain Java: pass what you need as an argument, or move the code to the room"
                        + " that has it"));
    }

    @Test
    void whatVerifiesNeedsTheJdkAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.hindsight.ops.bundle..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.hindsight.ops.bundle..",
                        "dev.hindsight.domain.ledger..",
                        "java..",
                        "javax.crypto..",
                        "org.jspecify..")
                .because("a bundle is verified years later, without this software around it: pass what you need as an"
                        + " argument"));
    }

    @Test
    void commandKnowsOnlyTheDomain() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.hindsight.command..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.hindsight.projections..", "dev.hindsight.query..", "dev.hindsight.ops..")
                .because(
                        "a command decides from its own stream, never from a read model: load the aggregate, or keep an"
                                + " index in the command schema that is written with the command"));
    }

    @Test
    void projectionsKnowOnlyTheDomain() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.hindsight.projections..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.hindsight.command..", "dev.hindsight.query..", "dev.hindsight.ops..")
                .because("a fold sees events and nothing else: put what it needs into the event, or take an interface"
                        + " that ops implements"));
    }

    @Test
    void queryTouchesOnlyWhatProjectionsPublish() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.hindsight.query..")
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("dev.hindsight.projections..").and(DescribedPredicate.not(PUBLISHED)))
                        .orShould()
                        .dependOnClassesThat(resideInAnyPackage("dev.hindsight.command..", "dev.hindsight.ops.."))
                        .because(
                                "queries see tables and indexes, not folds: publish it in dev.hindsight.projections.readmodel"));
    }

    @Test
    void nobodyImportsOps() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.hindsight.ops..")
                .and()
                .resideInAPackage("dev.hindsight..")
                .and(DescribedPredicate.not(resideInAPackage("dev.hindsight.searchnode..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.hindsight.ops..")
                .because("ops assembles the others: declare an interface where you need it and let ops implement it"));
    }

    @Test
    void publishedReadModelsHideTheFolds() {
        check(classes()
                .that(PUBLISHED)
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("dev.hindsight.projections.."))
                        .or(PUBLISHED))
                .because("what query may touch must not drag folds along: move the shared type into readmodel"));
    }

    @Test
    void everythingIsDeclaredAndNothingInjectedIntoFields() {
        check(noClasses()
                .should()
                .beMetaAnnotatedWith(ComponentScan.class)
                .because("beans are declared in the module's configuration class, not found by scanning"));
        check(noFields().should().beAnnotatedWith(Autowired.class).because("pass dependencies to the constructor"));
    }

    private static void check(ArchRule rule) {
        rule.check(MAIN);
    }
}
