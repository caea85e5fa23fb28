package dev.fanfare.rest.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.RestFeature;
import dev.fanfare.rest.cors.CorsSettings;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.Test;

class BrowserModuleResourceTest extends JerseyTest {
    private static final Path FOLDER = Path.of("src", "main", "resources", "META-INF", "resources");

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        return new ResourceConfig()
                .register(new RestFeature(CorsSettings.none()))
                .register(new BrowserModuleResource());
    }

    @Test
    void servesTheFilesToPagesOfAnyOrigin() throws IOException {
        for (String file : List.of("fanfare.js", "fanfare.d.ts", "fanfare-react.js", "fanfare-react.d.ts")) {
            Response answer = target(file).request().get();

            assertThat(answer.getStatus()).as(file).isEqualTo(200);
            assertThat(answer.getHeaderString("Content-Type"))
                    .isEqualToIgnoringCase(
                            (file.endsWith(".js") ? "text/javascript" : "text/plain") + ";charset=UTF-8");
            assertThat(answer.getHeaderString("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.getHeaderString("Access-Control-Allow-Origin")).isEqualTo("*");
            assertThat(answer.getHeaderString("Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
            assertThat(answer.readEntity(String.class)).isEqualTo(Files.readString(FOLDER.resolve(file)));
        }
    }

    @Test
    void anUnchangedFileIs304() {
        Response first = target("fanfare.js").request().get();

        Response again = target("fanfare.js")
                .request()
                .header("If-None-Match", first.getHeaderString("ETag"))
                .get();

        assertThat(first.getHeaderString("Cache-Control")).isEqualTo("no-cache");
        assertThat(again.getStatus()).isEqualTo(304);
        assertThat(again.hasEntity()).isFalse();
    }

    @Test
    void aSnapshotIsNeverKeptForGood() {
        Response answer =
                target("fanfare.js").queryParam("v", "0.1.0-SNAPSHOT").request().get();

        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-cache");
    }

    @Test
    void otherNamesAreNotFound() {
        for (String file : List.of("fanfare.ts", "fanfare-vue.js", "fanfareXjs", "fanfare-react.d.ts.map")) {
            assertThat(target(file).request().get().getStatus()).as(file).isEqualTo(404);
        }
    }

    @Test
    void theModuleHasTheVersionOfTheBuild() throws IOException {
        Matcher build = Pattern.compile("<artifactId>fanfare</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));

        assertThat(build.find()).isTrue();
        assertThat(Files.readString(FOLDER.resolve("fanfare.js")))
                .contains("\nexport const version = \"" + build.group(1) + "\";\n");
    }
}
