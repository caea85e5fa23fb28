package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files of YAML as maps and lists. A key that is there twice fails. */
final class Yamls {
    private Yamls() {}

    /** The documents of a file, each of which is a map. */
    static List<Map<String, Object>> read(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader text = Files.newBufferedReader(file)) {
            List<Map<String, Object>> documents = new ArrayList<>();
            new Yaml(new SafeConstructor(options)).loadAll(text).forEach(document -> documents.add(map(document)));
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one document of a file. */
    static Map<String, Object> only(Path file) {
        List<Map<String, Object>> documents = read(file);
        assertThat(documents).as("%s", file).hasSize(1);
        return documents.get(0);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object node) {
        assertThat(node).isInstanceOf(Map.class);
        return (Map<String, Object>) node;
    }

    /** The map at the end of a path of keys. */
    static Map<String, Object> map(Object node, String... path) {
        Map<String, Object> map = map(node);
        for (String key : path) {
            assertThat(map).containsKey(key);
            map = map(map.get(key));
        }
        return map;
    }

    /** A list of maps. */
    static List<Map<String, Object>> maps(Object node) {
        assertThat(node).isInstanceOf(List.class);
        return ((List<?>) node).stream().map(Yamls::map).toList();
    }
}
