package dev.fanfare;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.fanfare.testing.PublicFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The types that an application may use are those listed in {@code docs/reference/java.md}, and nothing leads out of the list. */
class PublicFaceTest {
    private static final Pattern INCLUDED = Pattern.compile("<include>(dev/fanfare/[\\w/]+)\\.java</include>");

    private static final SortedSet<String> FACE = PublicFace.types();
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.fanfare");

    private static String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new AssertionError(path + " can't be read", e);
        }
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(PublicFaceTest::outermost).orElse(type);
    }

    /** Those that an application can name: listed, or public inside a listed one. */
    private static Stream<JavaClass> visible() {
        return CLASSES.stream()
                .filter(type -> FACE.contains(outermost(type).getName()))
                .filter(type -> isSeen(type.getModifiers()));
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaType> mentionedBy(JavaClass type) {
        Stream<JavaType> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> methods = type.getCodeUnits().stream()
                .filter(unit -> isSeen(unit.getModifiers()))
                .flatMap(PublicFaceTest::mentionedBy);
        Stream<JavaType> fields = type.getFields().stream()
                .filter(field -> isSeen(field.getModifiers()))
                .map(JavaField::getType);
        return Stream.of(parents, methods, fields).flatMap(each -> each);
    }

    private static Stream<JavaType> mentionedBy(JavaCodeUnit unit) {
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getThrowsClause().getTypes().stream())
                .flatMap(each -> each);
    }

    @Test
    void everyListedTypeIsThereAndPublic() {
        SortedSet<String> visible = visible().map(JavaClass::getName).collect(toCollection(TreeSet::new));

        assertThat(FACE).hasSizeBetween(40, 58).isSubsetOf(visible);
    }

    @Test
    void noListedTypeMentionsAnotherThatIsNotListed() {
        SortedSet<String> leaks = new TreeSet<>();
        visible()
                .forEach(type -> mentionedBy(type)
                        .flatMap(mentioned -> mentioned.getAllInvolvedRawTypes().stream())
                        .map(JavaClass::getBaseComponentType)
                        .filter(mentioned -> mentioned.getPackageName().startsWith("dev.fanfare"))
                        .map(mentioned -> outermost(mentioned).getName())
                        .filter(mentioned -> !FACE.contains(mentioned))
                        .forEach(mentioned -> leaks.add(type.getName() + " mentions " + mentioned)));

        assertThat(leaks).isEmpty();
    }

    /** The javadoc tool of Java 17 breaks on a public type inside a record that is not documented, beside others that are. */
    @Test
    void noRecordBesideTheListedTypesKeepsTheJavadocFromBeingMade() {
        Set<String> packages = visible().map(JavaClass::getPackageName).collect(toCollection(TreeSet::new));

        assertThat(CLASSES.stream()
                        .filter(type -> packages.contains(type.getPackageName()))
                        .filter(type -> !FACE.contains(outermost(type).getName()))
                        .filter(type -> isSeen(type.getModifiers()))
                        .filter(type -> type.getEnclosingClass()
                                .map(outer -> outer.isRecord() && isSeen(outer.getModifiers()))
                                .orElse(false)))
                .isEmpty();
    }

    @Test
    void theJavadocHasJustTheListedTypes() {
        SortedSet<String> documented = INCLUDED.matcher(read("pom.xml"))
                .results()
                .map(file -> file.group(1).replace('/', '.'))
                .filter(name -> !name.endsWith(".package-info"))
                .collect(toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(FACE);
    }
}
