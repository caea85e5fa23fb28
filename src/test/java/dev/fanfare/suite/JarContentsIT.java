package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What a scanner finds in the standalone jar. */
class JarContentsIT {
    /** Jersey's server and what reads JSON are in every build of it. */
    @Test
    void sayWhatIsInsideAndInWhichVersion() throws IOException {
        Map<String, String> bill = new TreeMap<>();
        Map<String, String> properties = new TreeMap<>();
        try (JarFile jar = new JarFile(System.getProperty("fanfare.jar"))) {
            try (InputStream in = jar.getInputStream(jar.getEntry("META-INF/sbom/application.cdx.json"));
                    JsonReader reader = Json.createReader(in)) {
                for (JsonObject component :
                        reader.readObject().getJsonArray("components").getValuesAs(JsonObject.class)) {
                    bill.put(
                            component.getString("group") + ":" + component.getString("name"),
                            component.getString("version"));
                }
            }
            for (JarEntry entry : jar.stream()
                    .filter(found -> found.getName().endsWith("/pom.properties"))
                    .toList()) {
                Properties found = new Properties();
                try (InputStream in = jar.getInputStream(entry)) {
                    found.load(in);
                }
                properties.put(
                        found.getProperty("groupId") + ":" + found.getProperty("artifactId"),
                        found.getProperty("version"));
            }
        }
        assertThat(properties)
                .containsKeys(
                        "dev.fanfare:fanfare",
                        "org.glassfish.jersey.core:jersey-server",
                        "org.eclipse.parsson:parsson");
        // Some jars have others in them, which are in no build.
        properties.keySet().retainAll(bill.keySet());
        assertThat(properties).as("known in both ways").hasSizeGreaterThan(20);
        assertThat(bill).as("bill of materials").containsAllEntriesOf(properties);
    }
}
