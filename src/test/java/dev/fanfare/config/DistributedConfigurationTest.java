package dev.fanfare.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files of {@code src/main/dist} configure. */
class DistributedConfigurationTest {
    private static final Path DIST = Path.of("src/main/dist");
    private static final Path EXAMPLE = DIST.resolve("etc/fanfare.properties");
    private static final Pattern DEFAULT = Pattern.compile("^#(fanfare\\.[a-z.-]+)=(.*)$", Pattern.MULTILINE);
    private static final Pattern SUGGESTION = Pattern.compile("^# (fanfare\\.[^=\\s]+=)", Pattern.MULTILINE);

    /** As a Dockerfile, a compose file and a manifest of Kubernetes set a variable. */
    private static final Pattern VARIABLE =
            Pattern.compile("\\b(FANFARE_[A-Z_]+)(?:=|: |\\s+value: )\"?([^\\s\"\\\\]+)\"?");

    @TempDir
    Path directory;

    private Path key;

    @BeforeEach
    void makeAKey() throws IOException {
        key = Files.writeString(directory.resolve("key"), "k".repeat(48));
    }

    private Configuration example(String text) throws IOException {
        return Configuration.empty()
                .file(Files.writeString(
                        directory.resolve("fanfare.properties"), text.replace("/etc/fanfare/key", key.toString())));
    }

    @Test
    void theExampleIsTakenAsItIsAndWithEverythingThatItSuggests() throws IOException {
        String text = Files.readString(EXAMPLE);
        assertThat(example(text).faults()).isEmpty();

        String all =
                SUGGESTION.matcher(DEFAULT.matcher(text).replaceAll("$1=$2")).replaceAll("$1");
        assertThat(all.lines().filter(line -> line.startsWith("fanfare.")))
                .hasSizeGreaterThan(10)
                .hasSize(Math.toIntExact(text.lines()
                        .filter(line -> line.matches("#? ?fanfare\\..*=.*"))
                        .count()));
        assertThat(example(all).faults()).isEmpty();
        assertThat(example(all).settings().status().sources()).hasSize(1);
    }

    @Test
    void whatTheExampleShowsAsADefaultIsOne() throws IOException {
        List<MatchResult> shown =
                DEFAULT.matcher(Files.readString(EXAMPLE)).results().toList();

        assertThat(shown).hasSizeGreaterThan(5).allSatisfy(line -> {
            Key<?> known = Keys.byName().get(line.group(1));
            assertThat(known).as(line.group(1)).isNotNull();
            assertThat(known.shownDefault()).as(line.group(1)).startsWith("`" + line.group(2) + "`");
        });
    }

    @Test
    void variablesOfTheFilesForContainersAreTaken() throws IOException {
        Map<String, String> image = variables("docker/Dockerfile");
        assertThat(image).hasSize(2);
        Map<String, Integer> files =
                Map.of("docker/one-node.yaml", 4, "docker/compose.yaml", 8, "kubernetes/fanfare.yaml", 4);
        for (String file : files.keySet()) {
            Map<String, String> variables = new TreeMap<>(image);
            variables.putAll(variables(file));
            assertThat(variables).as(file).hasSize(files.get(file));
            variables.replace("FANFARE_AUTH_KEY_FILE", key.toString());
            variables.replace("FANFARE_CLUSTER_PASSWORD_FILE", key.toString());
            Configuration configuration = Configuration.empty();
            variables.forEach(configuration::variable);

            assertThat(configuration.faults()).as(file).isEmpty();
            assertThat(configuration.settings().http().host()).as(file).isEqualTo("0.0.0.0");
        }
    }

    private static Map<String, String> variables(String file) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        VARIABLE.matcher(Files.readString(DIST.resolve(file)))
                .results()
                .forEach(found -> variables.put(found.group(1), found.group(2)));
        return variables;
    }

    /** Each of them is a fault: see {@link UnknownKeysTest}. */
    @Test
    void noFileOfTheArchiveNamesAVariableThatStandsForNoKey() throws IOException {
        String known = Keys.byName().keySet().stream().map(Key::variable).collect(joining("\n"));
        try (Stream<Path> files = Files.walk(DIST)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Pattern.compile("\\bFANFARE_[A-Z_]+")
                        .matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .forEach(
                                name -> assertThat(known.lines()).as("%s", file).contains(name));
            }
        }
    }
}
