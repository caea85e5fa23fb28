package dev.fanfare.suite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.fanfare.Fanfare;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebListener;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The jar that applications have on their class path. */
class LibraryJarIT {
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
}
