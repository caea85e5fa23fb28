package dev.fanfare.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentedKeysTest {

    @Test
    void theReferenceListsEveryKeyWithItsDefaultAndItsValues() throws Exception {
        String known = Stream.of(Keys.byName().values(), SourceKeys.ALL, List.of(Keys.LOG_LEVEL_OF))
                .flatMap(Collection::stream)
                .map(key -> row(key.name(), key.shownDefault(), key.form().description()))
                .sorted()
                .collect(joining("\n"));
        String documented = Files.readAllLines(Path.of("docs/reference/configuration.md")).stream()
                .filter(line -> line.startsWith("| `fanfare."))
                .map(line -> line.split("\\|"))
                .map(cells -> row(cells[1].strip().replace("`", ""), cells[2].strip(), cells[3].strip()))
                .sorted()
                .collect(joining("\n"));

        assertThat(documented).isEqualTo(known);
    }

    private static String row(String key, String defaultValue, String values) {
        return key + " | " + defaultValue + " | " + values;
    }

    @Test
    void whatASourceMayHaveIsTheSameEverywhere() {
        assertThat(SourceKeys.ALL)
                .allMatch(key -> StatusKey.parse(key.name()) != null)
                .hasSize(StatusKey.OPTIONS.size() + StatusKey.OPTIONS_OF.size());
    }
}
