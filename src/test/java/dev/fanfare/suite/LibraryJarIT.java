package dev.fanfare.suite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.fanfare.Fanfare;
import dev.fanfare.testing.PublicFace;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebListener;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.ext.Provider;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The jar that applications have on their class path. */
class LibraryJarIT {
    /** What the jars begin with whose libraries an application need not have. */
    private static final Set<String> OPTIONAL = Set.of(
            "micrometer-",
            "opentelemetry-",
            "prometheus-metrics-",
            "nimbus-jose-jwt-",
            "sqlite-jdbc-",
            "agroal-",
            "jedis-",
            "smallrye-config-",
            "microprofile-config-",
            "picocli-",
            "jline-terminal-",
            "jakarta.servlet-api-",
            "spring-",
            "reactor-core-",
            "reactive-streams-");

    private static JavaClasses library;
    private static Set<String> names;

    @BeforeAll
    static void read() throws IOException {
        try (JarFile jar = new JarFile(System.getProperty("fanfare.library"))) {
            library = new ClassFileImporter().importJar(jar);
            names = jar.stream().map(entry -> entry.getName()).collect(Collectors.toSet());
        }
    }

    /** A server looks through all jars of a web application for these, and runs what it finds. */
    @Test
    void hasNothingThatAServerFindsByItself() {
        noClasses()
                .should()
                .beAnnotatedWith(Path.class)
                .orShould()
                .beAnnotatedWith(Provider.class)
                .orShould()
                .beAnnotatedWith(ApplicationPath.class)
                .orShould()
                .beAnnotatedWith(WebListener.class)
                .orShould()
                .beAnnotatedWith(WebFilter.class)
                .orShould()
                .beAssignableTo(Application.class)
                .check(library);
        assertThat(names.stream().filter(name -> name.startsWith("META-INF/services/")))
                .containsOnlyOnce("META-INF/services/jakarta.ws.rs.core.Feature")
                .allMatch(name -> name.equals("META-INF/services/")
                        || name.equals("META-INF/services/jakarta.ws.rs.core.Feature"));
    }

    @Test
    void hasAllThatItsClassesNeedOfFanfare() {
        List<String> missing = library.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .map(JavaClass::getName)
                .filter(name -> name.startsWith("dev.fanfare."))
                .filter(name -> !names.contains(name.replace('.', '/') + ".class"))
                .distinct()
                .toList();
        assertThat(missing).isEmpty();
        assertThat(names).contains(Fanfare.class.getName().replace('.', '/') + ".class");
    }

    @Test
    void hasEveryTypeOfThePublicFace() {
        assertThat(PublicFace.types())
                .hasSizeGreaterThan(40)
                .allMatch(type -> names.contains(type.replace('.', '/') + ".class"));
    }

    /** In a class loader that has the jar, a Jakarta REST and nothing optional: streams, statuses, broadcasts on sockets. */
    @Test
    void worksWithoutAnyOptionalLibrary() throws Exception {
        Map<String, Boolean> left = new TreeMap<>();
        OPTIONAL.forEach(name -> left.put(name, false));
        List<URL> urls = new ArrayList<>();
        urls.add(java.nio.file.Path.of(System.getProperty("fanfare.library"))
                .toUri()
                .toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            java.nio.file.Path path = java.nio.file.Path.of(entry);
            Optional<String> optional = OPTIONAL.stream()
                    .filter(name -> path.getFileName().toString().startsWith(name))
                    .findFirst();
            optional.ifPresent(name -> left.put(name, true));
            if (optional.isEmpty() && !path.endsWith("classes") && !isTheLibrary(path)) {
                urls.add(path.toUri().toURL());
            }
        }
        assertThat(left).as("what was left out").doesNotContainValue(false);

        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            assertThatThrownBy(() -> loader.loadClass("io.micrometer.core.instrument.MeterRegistry"))
                    .isInstanceOf(ClassNotFoundException.class);
            Class<?> bare = loader.loadClass(BareApplication.class.getName());
            assertThat(bare.getClassLoader()).isSameAs(loader);
            assertThat(((Callable<?>) bare.getConstructor().newInstance()).call())
                    .isEqualTo(List.of("published", "broadcast", "{\"state\":\"running\"}", "generated"));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static boolean isTheLibrary(java.nio.file.Path path) {
        return path.toAbsolutePath()
                .equals(java.nio.file.Path.of(System.getProperty("fanfare.library"))
                        .toAbsolutePath());
    }
}
