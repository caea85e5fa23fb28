package dev.fanfare;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The packages, the arrows between and inside them, their size, and which package knows which foreign thing. */
@AnalyzeClasses(packages = "dev.fanfare", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Each package below the root, and all that it may import; {@code root} is the facade's package itself. */
    private static final String ARROWS = """
            event   ->
            wire    -> event
            stream  -> wire event
            log     -> event
            tracing -> stream wire event
            hub     -> tracing stream log wire event
            history -> log stream wire event
            cluster -> file history log stream wire event
            status  -> tracing hub stream log wire event
            auth    -> file hub stream log wire event
            sink    -> hub stream log wire event
            joint   -> status hub stream log wire event
            rest    -> joint sink status auth hub stream log wire event
            root    -> tracing rest sink cluster history status auth hub stream log wire event
            demo    -> root rest sink status hub stream log wire event
            config  -> tls rest sink cluster history status auth hub stream log wire event
            metrics -> root rest sink cluster history status auth hub stream log wire event
            app     -> tracing config metrics root rest joint sink cluster history status auth hub stream log wire event
            tls     -> file
            file    ->
            cli     -> status wire event
            server  -> file tracing tls cli app config root rest sink cluster history status auth hub stream log wire event
            spring  -> tracing webapp app config metrics root rest sink cluster history status auth hub stream log wire event
            webapp  -> app config root rest sink cluster history status auth hub stream log wire event
            """;

    private static final String TEMPLATE_PARSER = "dev\\.fanfare\\.event\\.TemplateParser(\\$.*)?";

    /** A package that is not drawn fails too: draw it first. */
    @ArchTest
    static final ArchRule arrowsNeverTurnBack = arrows();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(eachPackage()).should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked =
            classes().should(resideInANullMarkedPackage()).allowEmptyShould(true);

    /** The one exception: {@code event} reads URI templates, see ADR 7. */
    @ArchTest
    static final ArchRule eventAndWireNeedNothingButJava = classes()
            .that()
            .resideInAnyPackage(pattern("event"), pattern("wire"))
            .and()
            .haveNameNotMatching(TEMPLATE_PARSER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify.annotations..", pattern("event"), pattern("wire"))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyOneClassKnowsTheTemplateLibrary = noClasses()
            .that()
            .haveNameNotMatching(TEMPLATE_PARSER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.damnhandy..", "org.joda.time..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlySqliteHistoryAndStatusJdbcKnowJdbc =
            only("history.sqlite", "status.jdbc").know("java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule onlyClusterRedisKnowsTheRedisClient =
            only("cluster.redis").know("redis.clients..");

    @ArchTest
    static final ArchRule onlyStatusJdbcKnowsThePoolAndNames =
            only("status.jdbc").know("io.agroal..", "javax.naming..");

    /** The capabilities stay free of it; {@code app}, {@code server} and {@code webapp} assemble resources. */
    @ArchTest
    static final ArchRule onlyTheEdgeKnowsJakartaRest = only(
                    "rest", "sink", "demo", "root", "app", "server", "webapp", "spring")
            .know("jakarta.ws.rs..");

    /**
     * An application is assembled with what Jakarta REST has, so that every implementation can run it. Should {@code app}
     * or {@code webapp} ever need {@code org.glassfish.jersey.server.ResourceConfig}, allow that class alone, here, with
     * the reason.
     */
    @ArchTest
    static final ArchRule onlyServerKnowsGrizzly = only("server.grizzly").know("org.glassfish.grizzly..");

    /** Spring Boot takes servlets, and Jersey has one. */
    @ArchTest
    static final ArchRule onlyServersKnowJersey =
            only("server.grizzly", "spring.http").know("org.glassfish.jersey..");

    @ArchTest
    static final ArchRule onlySpringKnowsSpring =
            only("spring").know("org.springframework..", "reactor..", "org.reactivestreams..");

    @ArchTest
    static final ArchRule onlyServerAndCliKnowTheCommandLine =
            only("server", "cli").know("picocli..");

    @ArchTest
    static final ArchRule onlyCliKnowsTheTerminal = only("cli").know("org.jline..");

    @ArchTest
    static final ArchRule onlyWebappAndSpringKnowServlets =
            only("webapp", "spring").know("jakarta.servlet..");

    @ArchTest
    static final ArchRule onlyConfigKnowsMicroProfileConfig =
            only("config").know("org.eclipse.microprofile.config..", "io.smallrye..");

    @ArchTest
    static final ArchRule onlyAuthKnowsTheJwtLibrary = only("auth").know("com.nimbusds..");

    /** So that the library runs without it. */
    @ArchTest
    static final ArchRule onlyMetricsKnowsMicrometer = only("metrics").know("io.micrometer..", "io.prometheus..");

    /** So that the library runs without it; Spring hands over the one that it has. */
    @ArchTest
    static final ArchRule onlyTracingAndSpringKnowOpenTelemetry =
            only("tracing.otel", "spring").know("io.opentelemetry..");

    /** Past this many a package holds a second idea: find it, and build a wall. {@code package-info.java} counts. */
    private static final int MOST_FILES = 35;

    /** Uses in a package that go up, see {@link Floors}: a reader follows the rest from the top down. */
    private static final int MOST_ARROWS_UP = 2;

    @ArchTest
    static void noPackageIsAHall(JavaClasses classes) throws IOException {
        for (JavaPackage each : packages(classes)) {
            Path folder = Path.of("src/main/java", each.getName().split("\\."));
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.filter(file -> file.toString().endsWith(".java")))
                        .as("files of " + each.getName())
                        .hasSizeLessThanOrEqualTo(MOST_FILES);
            }
        }
    }

    @ArchTest
    static void aPackageIsReadFromTheTopDown(JavaClasses classes) {
        Floors.of(classes)
                .forEach((name, floors) -> assertThat(floors.arrowsUp())
                        .as("uses in %s without which its classes have an order, each above those it uses", name)
                        .hasSizeLessThanOrEqualTo(MOST_ARROWS_UP));
    }

    private static List<JavaPackage> packages(JavaClasses classes) {
        return classes.stream().map(JavaClass::getPackage).distinct().toList();
    }

    private static ArchRule arrows() {
        LayeredArchitecture drawing = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .ensureAllClassesAreContainedInArchitecture();
        List<String[]> lines = ARROWS.lines().map(line -> line.split("[ >-]+")).toList();
        for (String[] line : lines) {
            drawing = drawing.layer(line[0]).definedBy(pattern(line[0]));
        }
        for (String[] line : lines) {
            String[] targets = Arrays.copyOfRange(line, 1, line.length);
            drawing = targets.length == 0
                    ? drawing.whereLayer(line[0]).mayNotAccessAnyLayer()
                    : drawing.whereLayer(line[0]).mayOnlyAccessLayers(targets);
        }
        return drawing.as("the arrows\n" + ARROWS);
    }

    private static String pattern(String name) {
        return name.equals("root") ? "dev.fanfare" : "dev.fanfare." + name + "..";
    }

    private static Knowers only(String... names) {
        return new Knowers(names);
    }

    private record Knowers(String... names) {
        ArchRule know(String... foreign) {
            String[] packages =
                    Arrays.stream(names).map(ArchitectureTest::pattern).toArray(String[]::new);
            return noClasses()
                    .that()
                    .resideOutsideOfPackages(packages)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(foreign)
                    .allowEmptyShould(true);
        }
    }

    private static SliceAssignment eachPackage() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        };
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                String message = type.getPackageName() + (marked ? " is" : " is not") + " @NullMarked";
                events.add(new SimpleConditionEvent(type, marked, message));
            }
        };
    }
}
