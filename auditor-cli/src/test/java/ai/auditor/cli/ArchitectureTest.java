package ai.auditor.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("ai.auditor");

    /** Each package of the library with those that it may use. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("data", Set.of()),
            Map.entry("stats", Set.of()),
            Map.entry("tensor", Set.of()),
            Map.entry("text", Set.of("data")),
            Map.entry("model", Set.of("tensor", "text", "data")),
            Map.entry("capture", Set.of("model", "tensor", "text", "stats", "data")),
            Map.entry("train", Set.of("model", "tensor", "text", "data")),
            Map.entry("direction", Set.of("capture", "model", "text", "stats", "data")),
            Map.entry("sae", Set.of("direction", "capture", "model", "tensor", "text", "stats", "data")),
            Map.entry("probe", Set.of("direction", "capture", "model", "text", "stats", "data")),
            Map.entry("audit", Set.of("probe", "direction", "capture", "train", "model", "text", "stats", "data")),
            Map.entry("report", Set.of("audit", "probe", "capture", "stats", "data")));

    @Test
    void modulesPointOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("ai.auditor..")
                .layer("cli")
                .definedBy("ai.auditor.cli..")
                .layer("fixtures")
                .definedBy("ai.auditor.fixtures..")
                .layer("probes")
                .definedBy("ai.auditor.probes..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("fixtures")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("probes")
                .mayOnlyBeAccessedByLayers("cli", "fixtures")
                .check(CLASSES);
    }

    @Test
    void packagesOfTheLibraryPointOneWay() {
        for (Map.Entry<String, Set<String>> arrow : ARROWS.entrySet()) {
            String[] forbidden = ARROWS.keySet().stream()
                    .filter(other ->
                            !other.equals(arrow.getKey()) && !arrow.getValue().contains(other))
                    .map(other -> "ai.auditor." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("ai.auditor." + arrow.getKey() + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .because("of the arrows in docs/architecture.md")
                    .check(CLASSES);
        }
    }

    @Test
    void djlIsTouchedInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackages("ai.auditor.tensor..", "ai.auditor.text.internal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLinePrintsOrExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ai.auditor.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void nobodyReflectsOrOpensSockets() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.Socket")
                .check(CLASSES);
    }

    @Test
    void internalPackagesStayInternal() {
        noClasses()
                .that()
                .resideOutsideOfPackage("ai.auditor.probes..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.auditor.probes..internal..")
                .check(CLASSES);
        for (String owner : ARROWS.keySet()) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("ai.auditor." + owner + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("ai.auditor." + owner + "..internal..")
                    .check(CLASSES);
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("ai.auditor.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
