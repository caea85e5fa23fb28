package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.testing.RawHttp;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The alerts and the dashboard of {@code src/main/dist} ask for numbers that the server has. */
@Timeout(240)
class MonitoringFilesTest {
    private static final Path DIST = Path.of("src/main/dist");
    private static final Path RULES = DIST.resolve("prometheus/fanfare.rules.yaml");
    private static final Path DASHBOARD = DIST.resolve("grafana/fanfare.json");

    private static final Pattern SELECTOR = Pattern.compile("\\b((?:fanfare|jvm|process|system)_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)=~?\"([^\"]*)\"");
    private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\) \\([^{]*?\\b(fanfare_\\w+)");

    /** Prometheus adds it. */
    private static final String INSTANCE = "instance";

    private static Set<String> series;

    @BeforeAll
    static void askAServer() throws IOException {
        Map<String, String> settings = Map.of(
                "fanfare.demo.enabled", "true",
                "fanfare.history.store", "memory",
                "fanfare.metrics.enabled", "true",
                "fanfare.metrics.access", "anonymous");
        try (GrizzlyHost host = GrizzlyHost.start(settings)) {
            series = new TreeSet<>(MetricsReader.read(
                            RawHttp.request(host.port(), "GET", "/metrics").body())
                    .numbers()
                    .keySet());
        }
    }

    @AfterAll
    static void forget() {
        series = null;
    }

    private static boolean isThere(String metric, String label, String value) {
        return series.stream()
                .anyMatch(one -> one.startsWith(metric + "{") && one.contains(label + "=\"" + value)
                        || one.equals(metric) && label.isEmpty());
    }

    private static void assertThere(String expression) {
        Matcher selector = SELECTOR.matcher(expression);
        int found = 0;
        while (selector.find()) {
            found++;
            String metric = selector.group(1);
            assertThat(series).as(expression).anyMatch(one -> one.equals(metric) || one.startsWith(metric + "{"));
            Matcher label = MATCHER.matcher(selector.group(2) == null ? "" : selector.group(2));
            while (label.find()) {
                if (!label.group(1).equals(INSTANCE)) {
                    for (String value : label.group(2).split("\\|")) {
                        assertThat(isThere(metric, label.group(1), value + "\""))
                                .as("%s: %s=%s of %s", expression, label.group(1), value, metric)
                                .isTrue();
                    }
                }
            }
        }
        assertThat(found).as(expression).isPositive();
        Matcher grouped = GROUPED.matcher(expression);
        while (grouped.find()) {
            for (String label : grouped.group(1).split(", *")) {
                assertThat(label.equals(INSTANCE) || isThere(grouped.group(2), label, ""))
                        .as("%s: %s of %s", expression, label, grouped.group(2))
                        .isTrue();
            }
        }
    }

    private static List<Map<String, Object>> alerts() {
        Map<String, Object> root = Yamls.only(RULES);
        List<Map<String, Object>> alerts = new ArrayList<>();
        Yamls.maps(root.get("groups")).forEach(group -> alerts.addAll(Yamls.maps(group.get("rules"))));
        return alerts;
    }

    @Test
    void alertsAskForNumbersAndLabelsThatAreThere() {
        List<Map<String, Object>> alerts = alerts();

        assertThat(alerts).hasSizeGreaterThan(5).allSatisfy(alert -> {
            assertThere(String.valueOf(alert.get("expr")));
            assertThat(Yamls.map(alert.get("labels"))).containsKey("severity");
            assertThat(Yamls.map(alert.get("annotations"))).containsKey("summary");
        });
    }

    @Test
    void panelsAskForNumbersAndLabelsThatAreThere() throws IOException {
        List<String> expressions = new ArrayList<>();
        Set<Integer> ids = new TreeSet<>();
        Set<String> places = new TreeSet<>();
        try (Reader text = Files.newBufferedReader(DASHBOARD);
                JsonReader json = Json.createReader(text)) {
            for (JsonObject panel : json.readObject().getJsonArray("panels").getValuesAs(JsonObject.class)) {
                assertThat(ids.add(panel.getInt("id"))).isTrue();
                assertThat(places.add(panel.getJsonObject("gridPos").toString()))
                        .isTrue();
                for (JsonValue target : panel.getJsonArray("targets")) {
                    String expression = target.asJsonObject().getString("expr");
                    expressions.add(expression.replace("$__rate_interval", "5m"));
                    Matcher legend = Pattern.compile("\\{\\{(\\w+)}}")
                            .matcher(target.asJsonObject().getString("legendFormat"));
                    while (legend.find()) {
                        String label = legend.group(1);
                        assertThat(expression)
                                .as("legend of %s", panel.getString("title"))
                                .containsPattern(
                                        expression.contains(" by (") ? "by \\([^)]*\\b" + label : "\\b" + label + "=");
                    }
                }
            }
        }

        assertThat(expressions).hasSizeGreaterThan(20).allSatisfy(MonitoringFilesTest::assertThere);
    }

    @Test
    void promtoolTakesTheAlertsAndTheExpressionsOfThePanels() throws Exception {
        Path promtool = Tools.find("promtool");
        assumeThat(promtool).as("promtool is installed").isNotNull();
        assertThat(Tools.run(promtool.toString(), "check", "rules", RULES.toString()))
                .contains("SUCCESS: " + alerts().size() + " rules found");

        Path panels = ChildProcess.directory("panels").resolve("panels.yaml");
        StringBuilder rules = new StringBuilder("groups:\n- name: panels\n  rules:\n");
        int count = 0;
        Matcher expression = Pattern.compile("\"expr\": (\".*\"),?").matcher(Files.readString(DASHBOARD));
        while (expression.find()) {
            rules.append("  - record: panel")
                    .append(count++)
                    .append("\n    expr: ")
                    .append(expression.group(1).replace("$__rate_interval", "5m"))
                    .append('\n');
        }
        Files.writeString(panels, rules);
        assertThat(Tools.run(promtool.toString(), "check", "rules", panels.toString()))
                .contains("SUCCESS: " + count + " rules found");
    }
}
