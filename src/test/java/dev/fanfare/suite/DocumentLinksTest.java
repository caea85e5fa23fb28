package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who begins with the README finds each document, and no link leads nowhere. */
class DocumentLinksTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    private static Set<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("docs"))) {
            return files.filter(file -> file.toString().endsWith(".md")).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<MatchResult> links(Path document) throws IOException {
        return LINK.matcher(Files.readString(document))
                .results()
                .filter(link -> !link.group(1).contains(":"))
                .toList();
    }

    private static Path target(Path document, MatchResult link) {
        return link.group(1).isEmpty()
                ? document
                : document.resolveSibling(link.group(1)).normalize();
    }

    /** As GitHub names them. */
    private static List<String> anchors(Path document) throws IOException {
        return HEADING.matcher(Files.readString(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                        .strip()
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void eachDocumentIsReachedFromTheReadme() throws IOException {
        Set<Path> reached = new TreeSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(README));
        while (!next.isEmpty()) {
            Path document = next.remove();
            if (Files.isRegularFile(document) && document.toString().endsWith(".md") && reached.add(document)) {
                for (MatchResult link : links(document)) {
                    next.add(target(document, link));
                }
            }
        }
        reached.remove(README);

        assertThat(reached).isEqualTo(documents());
    }

    @Test
    void eachLinkLeadsToAFileAndAHeadingThatIsThere() throws IOException {
        Set<Path> all = documents();
        all.add(README);
        List<String> broken = new ArrayList<>();
        for (Path document : all) {
            for (MatchResult link : links(document)) {
                Path target = target(document, link);
                if (!Files.exists(target)
                        || link.group(2) != null && !anchors(target).contains(link.group(2))) {
                    broken.add(document + ": " + link.group());
                }
            }
        }

        assertThat(broken).isEmpty();
    }
}
