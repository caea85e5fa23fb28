package dev.fanfare.status.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.status.Reading;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Rows;
import dev.fanfare.stream.SystemTicker;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each type of a database becomes. 2:30 on 29 March 2026 is missing in Berlin, and the whole of 30 December 2011 in Apia:
 * times of the databases that have no zone must not mind.
 */
@Timeout(180)
abstract class ColumnValuesContract {
    private static final int POLLS = 20;

    abstract Database.ByUrl database();

    /** An expression and the JSON that it becomes, a line each. */
    abstract String values();

    /** What follows the expressions. */
    String from() {
        return "";
    }

    /** Breaks the connections of the source; nothing where there are none to break. */
    void cut() throws Exception {}

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "Pacific/Apia", "UTC"})
    void anUnchangedRowOfEveryTypeIsOneUpdateInAnyTimeZone(String zone) throws Exception {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        Map<String, String> expected = expected();
        try (SystemTicker ticker = new SystemTicker()) {
            Set<String> seen = new HashSet<>();
            for (int life = 0; life < 2; life++) {
                JdbcSource source = new JdbcSource(
                        new JdbcSourceSettings(database(), sql(expected), Rows.AUTO, Duration.ofSeconds(30)), ticker);
                for (int i = 0; i < POLLS / 2; i++) {
                    seen.add(read(source).toString());
                }
                cut();
                for (int i = 0; i < POLLS / 2; i++) {
                    seen.add(Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .ignoreExceptions()
                            .until(() -> read(source), found -> true)
                            .toString());
                }
                compare(read(source), expected);
                source.close();
            }
            assertThat(seen).as("updates").hasSize(1);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private Map<String, String> expected() {
        Map<String, String> expected = new LinkedHashMap<>();
        for (String line : values().lines().toList()) {
            List<String> parts = List.of(line.split(" -> ", 2));
            expected.put(parts.get(0).strip(), parts.get(1).strip());
        }
        return expected;
    }

    private String sql(Map<String, String> expected) {
        StringBuilder sql = new StringBuilder("select ");
        int column = 0;
        for (String expression : expected.keySet()) {
            sql.append(column == 0 ? "" : ", ")
                    .append(expression)
                    .append(" as v")
                    .append(column++);
        }
        // A colon in a text is none of a parameter, and PostgreSQL's casts are passed over.
        return sql + from();
    }

    private static JsonObject read(JdbcSource source) {
        Reading reading = source.read(Map.of(), null)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        return ((Reading.Value) reading).value().asJsonObject();
    }

    private static void compare(JsonObject found, Map<String, String> expected) {
        Map<String, String> actual = new LinkedHashMap<>();
        List<String> names = List.copyOf(found.keySet());
        int column = 0;
        for (String expression : expected.keySet()) {
            actual.put(expression, String.valueOf(found.get(names.get(column++))));
        }
        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    static Database.ByUrl url(String url, @Nullable String user) {
        return new Database.ByUrl(url, user, user == null ? null : "");
    }
}
