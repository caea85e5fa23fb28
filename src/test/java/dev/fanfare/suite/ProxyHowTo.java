package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configurations that {@code docs/how-to/behind-a-proxy.md} has in its blocks, put together as the page says. A block that is not
 * used here fails whoever asks for one.
 */
final class ProxyHowTo {
    static final Document PAGE = Document.read("docs/how-to/behind-a-proxy.md");

    /** How many streams the page allows an address. */
    static final int LIMIT = 20;

    private static final String PASS = "proxy_pass http://fanfare;";
    private static final String ABOVE = "# and the lines from above";
    private static final Pattern LOCATION =
            Pattern.compile("(?m)^ *location / \\{\n[\\s\\S]*?^ *proxy_pass .*\n([^}]*?)^ *\\}\n");

    /** What the page adds to its first block of a language. */
    enum Part {
        METRICS_KEPT_BACK,
        BELOW_A_PATH,
        ADDRESSES,
        LIMIT,
        PASSWORD
    }

    private ProxyHowTo() {}

    /** What stands in {@code http} of nginx. */
    static String nginx(Set<Part> parts) {
        List<String> blocks = PAGE.blocks("nginx");
        assertThat(blocks).as("blocks of nginx").hasSize(7);
        String site = nginx(blocks.get(0), parts);
        String above = linesOf(site);
        if (parts.contains(Part.PASSWORD)) {
            site = LOCATION.matcher(site)
                    .replaceFirst(Matcher.quoteReplacement(blocks.get(6).replace(ABOVE, above)));
        }
        if (parts.contains(Part.BELOW_A_PATH)) {
            site = before("location / {", blocks.get(2).replace(ABOVE, above), site);
        }
        if (parts.contains(Part.METRICS_KEPT_BACK)) {
            site = before("location / {", blocks.get(1), site);
        }
        return site;
    }

    /** Another page's configuration of nginx, or a whole one, with those parts that are lines of {@code location /}. */
    static String nginx(String site, Set<Part> parts) {
        List<String> blocks = PAGE.blocks("nginx");
        String whole = site;
        if (parts.contains(Part.ADDRESSES)) {
            whole = behind(PASS, blocks.get(3), whole);
        }
        if (parts.contains(Part.LIMIT)) {
            whole = before("upstream fanfare {", blocks.get(4), whole);
            whole = behind(PASS, blocks.get(5), whole);
        }
        return whole;
    }

    private static String linesOf(String site) {
        Matcher location = LOCATION.matcher(site);
        assertThat(location.find()).as(site).isTrue();
        assertThat(location.group(1)).contains("proxy_http_version", "error_page", "proxy_set_header Host");
        return location.group(1);
    }

    static String haproxy(Set<Part> parts) {
        List<String> blocks = PAGE.blocks("haproxy");
        assertThat(blocks).as("blocks of HAProxy").hasSize(7);
        String whole = blocks.get(0);
        String frontend = (parts.contains(Part.BELOW_A_PATH) ? blocks.get(2) : "")
                + (parts.contains(Part.METRICS_KEPT_BACK) ? blocks.get(1) : "")
                + (parts.contains(Part.PASSWORD) ? blocks.get(6) : "");
        whole = before("default_backend fanfare", frontend, whole);
        if (parts.contains(Part.ADDRESSES)) {
            whole = behind("\nbackend fanfare", blocks.get(3), whole);
        }
        if (parts.contains(Part.LIMIT)) {
            whole = whole + blocks.get(4);
        }
        return parts.contains(Part.PASSWORD) ? blocks.get(5) + whole : whole;
    }

    private static String before(String place, String block, String whole) {
        assertThat(whole).containsOnlyOnce(place);
        return whole.replace(place, block + place);
    }

    private static String behind(String place, String block, String whole) {
        assertThat(whole).containsOnlyOnce(place);
        return whole.replace(place, place + "\n" + block);
    }
}
