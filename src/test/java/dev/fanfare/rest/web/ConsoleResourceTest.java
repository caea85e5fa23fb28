package dev.fanfare.rest.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.RestFeature;
import dev.fanfare.rest.cors.CorsSettings;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Response;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.Test;

class ConsoleResourceTest extends JerseyTest {

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        return new ResourceConfig()
                .register(new RestFeature(CorsSettings.none()))
                .register(new ConsoleResource());
    }

    @Test
    void servesThePage() {
        Response answer = target("").request("text/html").get();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("Content-Type")).isEqualToIgnoringCase("text/html;charset=utf-8");
        assertThat(answer.getHeaderString("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.getHeaderString("Cache-Control")).isEqualTo("no-cache");
        assertThat(answer.readEntity(String.class)).startsWithIgnoringCase("<!doctype html>");
    }

    @Test
    void whoHasThePageGets304() {
        String tag = target("").request().get().getHeaderString("ETag");

        Response answer = target("").request().header("If-None-Match", tag).get();

        assertThat(answer.getStatus()).isEqualTo(304);
        assertThat(answer.getHeaderString("ETag")).isEqualTo(tag);
        assertThat(answer.hasEntity()).isFalse();
    }

    @Test
    void answersHead() {
        Response answer = target("").request().head();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("ETag")).isNotEmpty();
    }

    @Test
    void servesWhatThePageNames() {
        String page = target("").request().get(String.class);
        Matcher named = Pattern.compile("(?:src|href)=\"(console/[^\"]+)\"").matcher(page);
        int count = 0;
        while (named.find()) {
            Response file = target(named.group(1)).request().get();
            assertThat(file.getStatus()).as(named.group(1)).isEqualTo(200);
            assertThat(file.getHeaderString("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(file.getHeaderString("ETag")).isNotEmpty();
            count++;
        }
        assertThat(count).isEqualTo(2);
    }

    @Test
    void servesEveryModuleThatAModuleImports() {
        Deque<String> waiting = new ArrayDeque<>(List.of("console.js"));
        Set<String> seen = new HashSet<>(waiting);
        while (!waiting.isEmpty()) {
            Response module = target("console/" + waiting.remove()).request().get();
            assertThat(module.getHeaderString("Content-Type")).isEqualToIgnoringCase("text/javascript;charset=utf-8");
            Matcher imports = Pattern.compile("from \"\\./(console[^\"]+)\"").matcher(module.readEntity(String.class));
            while (imports.find()) {
                if (seen.add(imports.group(1))) {
                    waiting.add(imports.group(1));
                }
            }
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "console.js", "console-demo.js", "console-doctor.js", "console-dom.js", "console-try.js");
    }

    @Test
    void aFileThatThereIsNotIs404() {
        assertThat(target("console/other.js").request().get().getStatus()).isEqualTo(404);
    }

    @Test
    void itsPolicyAllowsNothingFromElsewhereAndNothingInline() {
        String policy = target("").request().get().getHeaderString("Content-Security-Policy");

        assertThat(policy)
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void thePageHasNothingThatItsPolicyBlocks() {
        String page = target("").request().get(String.class);

        assertThat(page)
                .doesNotContainPattern("\\sstyle\\s*=")
                .doesNotContainPattern("\\son[a-z]+\\s*=")
                .doesNotContainPattern("<style")
                .doesNotContainPattern("<script[^>]*>[^<]")
                .doesNotContain("javascript:")
                .doesNotContainPattern("<(script|img|link)[^>]+(src|href)=[\"']?(https?:)?//");
    }
}
