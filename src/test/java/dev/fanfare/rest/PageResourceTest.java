package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Response;
import java.util.regex.Pattern;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.test.JerseyTest;
import org.glassfish.jersey.test.TestProperties;
import org.junit.jupiter.api.Test;

class PageResourceTest extends JerseyTest {

    @Override
    protected Application configure() {
        forceSet(TestProperties.CONTAINER_PORT, "0");
        return new ResourceConfig()
                .register(new RestFeature(CorsSettings.none()))
                .register(new PageResource());
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
    void itsPolicyAllowsNothingInlineButByHash() {
        String policy = target("").request().get().getHeaderString("Content-Security-Policy");

        assertThat(policy)
                .startsWith("default-src 'none'; script-src 'sha256-")
                .contains("style-src 'sha256-", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void thePageHasNothingThatItsPolicyBlocks() {
        String page = target("").request().get(String.class);
        String markup = Pattern.compile("<(script|style)\\b[^>]*>.*?</\\1\\s*>", Pattern.DOTALL)
                .matcher(page)
                .replaceAll("");

        assertThat(markup)
                .doesNotContainPattern("\\sstyle\\s*=")
                .doesNotContainPattern("\\son[a-z]+\\s*=")
                .doesNotContain("javascript:");
        assertThat(page).doesNotContainPattern("<(script|img|link)[^>]+(src|href)=[\"']?(https?:)?//");
    }
}
