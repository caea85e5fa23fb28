package dev.fanfare.config;

import dev.fanfare.config.ConfiguredSource.Origin;
import dev.fanfare.status.file.FileSourceSettings;
import dev.fanfare.status.http.AcceptedAnswers;
import dev.fanfare.status.http.HttpSourceSettings;
import dev.fanfare.status.jdbc.JdbcSourceSettings;
import dev.fanfare.status.jdbc.JdbcSourceSettings.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads where the statuses of one source come from: just one of a URL, a database, files, and publishers. */
final class OriginReader {
    private static final String ANY_URL = "http://localhost/";
    private static final Duration ANY_TIMEOUT = Duration.ofSeconds(1);

    private static final List<Key<?>> HTTP = List.of(SourceKeys.URL);
    private static final List<Key<?>> OF_HTTP = List.of(SourceKeys.ACCEPT_STATUS, SourceKeys.TYPE);
    private static final List<Key<?>> SQL = List.of(
            SourceKeys.SQL,
            SourceKeys.JDBC_URL,
            SourceKeys.DATA_SOURCE,
            SourceKeys.USER,
            SourceKeys.PASSWORD,
            SourceKeys.ROWS);
    private static final List<Key<?>> FILES = List.of(SourceKeys.FOLDER, SourceKeys.FILE);
    private static final List<Key<?>> PUSH = List.of(SourceKeys.PUSH);

    private final String name;
    private final Values values;
    private final Faults faults;
    private final boolean listensItself;

    /**
     * What was found.
     *
     * @param origin null after faults
     * @param placeholders the names of its parameters; null if they can't be known
     * @param guarded whether clients need a token unless it is said otherwise
     * @param place where its first key stands; null if it has none
     */
    record Found(
            @Nullable Origin origin,
            @Nullable List<String> placeholders,
            boolean guarded,
            @Nullable String place) {}

    /** @param listensItself false in a container, which has data sources */
    OriginReader(String name, Values values, Faults faults, boolean listensItself) {
        this.name = name;
        this.values = values;
        this.faults = faults;
        this.listensItself = listensItself;
    }

    /** Reads on after a fault, so that all of them are found. */
    Found read(Duration timeout) {
        List<Values.Found> http = set(HTTP);
        List<Values.Found> sql = set(SQL);
        List<Values.Found> files = set(FILES);
        List<Values.Found> pushed = values.get(SourceKeys.PUSH.of(name)) ? set(PUSH) : List.of();
        List<Values.Found> firsts = Stream.of(http, sql, files, pushed)
                .flatMap(group -> group.stream().limit(1))
                .toList();
        if (firsts.isEmpty()) {
            faults.add("The status source '" + name + "' has no URL: set " + key(SourceKeys.URL) + ", such as"
                    + " http://localhost:9090/" + name + "/{id}; or " + key(SourceKeys.SQL) + " for a database, or "
                    + key(SourceKeys.FOLDER) + " for files, or " + key(SourceKeys.PUSH)
                    + " to true for statuses that clients set");
            return new Found(null, null, false, null);
        }
        if (firsts.size() > 1) {
            faults.add(
                    "The status source '" + name + "' has "
                            + String.join(
                                    " and ",
                                    firsts.stream()
                                            .map(found -> found.key() + " (" + found.origin() + ")")
                                            .toList())
                            + ": a source has only one of a URL, a database, files and push; configure a separate source for each");
        }
        String place = firsts.get(0).origin();
        Found found = new Found(null, null, false, place);
        // Each that is there, for its faults; the first one stands for all.
        if (!files.isEmpty()) {
            found = files(place);
        }
        if (!sql.isEmpty()) {
            found = sql(timeout, place);
        }
        if (!pushed.isEmpty()) {
            found = new Found(new Origin.Pushed(), null, false, place);
        }
        if (!http.isEmpty()) {
            found = http(place);
        } else {
            refuseHeaders();
            refuseAnswers();
        }
        return firsts.size() > 1 ? new Found(null, null, false, null) : found;
    }

    private List<Values.Found> set(List<Key<?>> keys) {
        List<Values.Found> set = new ArrayList<>();
        for (Key<?> key : keys) {
            Values.Found found = values.find(key(key));
            if (found != null) {
                set.add(found);
            }
        }
        return set;
    }

    private String key(Key<?> key) {
        return key.of(name).name();
    }

    private Found http(String place) {
        Values.Found url = values.find(key(SourceKeys.URL));
        List<String> placeholders = values.<String, @Nullable List<String>>get(
                SourceKeys.URL.of(name),
                null,
                text -> HttpSourceSettings.of(text).placeholders());
        Map<String, String> headers = headers();
        Origin origin = url == null || placeholders == null ? null : new Origin.Http(url.value(), headers, accepted());
        return new Found(origin, placeholders, !headers.isEmpty(), place);
    }

    private List<Values.Found> headersFound() {
        return values.below(StatusKey.PREFIX + name + ".header.");
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Values.Found found : headersFound()) {
            String header = found.key().substring((StatusKey.PREFIX + name + ".header.").length());
            try {
                new HttpSourceSettings(ANY_URL, Map.of(header, found.value()), ANY_TIMEOUT, 1);
                headers.put(header, found.value());
            } catch (IllegalArgumentException e) {
                faults.addSecret(found, String.valueOf(e.getMessage()));
            }
        }
        return headers;
    }

    private void refuseHeaders() {
        headersFound()
                .forEach(found -> faults.addSecret(found, "only a source with a URL sends headers; leave it out"));
    }

    private AcceptedAnswers accepted() {
        Set<Integer> statuses = values.get(
                SourceKeys.ACCEPT_STATUS.of(name), AcceptedAnswers.DEFAULT.statuses(), AcceptedAnswers::statuses);
        return new AcceptedAnswers(statuses, values.get(SourceKeys.TYPE.of(name)));
    }

    private void refuseAnswers() {
        for (Values.Found found : set(OF_HTTP)) {
            faults.add(found, "is for a source with a URL", "leave it out");
        }
    }

    private Found sql(Duration timeout, String place) {
        Database database = database();
        Values.Found sql = values.find(key(SourceKeys.SQL));
        if (sql == null) {
            faults.add("The status source '" + name + "' has a database and no SQL: set " + key(SourceKeys.SQL)
                    + ", such as select state from jobs where id = :id");
        }
        List<String> placeholders = values.<String, @Nullable List<String>>get(
                SourceKeys.SQL.of(name), null, JdbcSourceSettings::parameters);
        var rows = values.get(SourceKeys.ROWS.of(name));
        Origin origin = database == null || sql == null || placeholders == null
                ? null
                : new Origin.Sql(new JdbcSourceSettings(database, sql.value(), rows, timeout));
        return new Found(origin, placeholders, true, place);
    }

    private @Nullable Database database() {
        Values.Found url = values.find(key(SourceKeys.JDBC_URL));
        Values.Found named = values.find(key(SourceKeys.DATA_SOURCE));
        if (url == null && named == null) {
            faults.add("The status source '" + name + "' has no database: set " + key(SourceKeys.JDBC_URL)
                    + ", such as jdbc:postgresql://localhost/" + name + "; or, in a web application, "
                    + key(SourceKeys.DATA_SOURCE));
            return null;
        }
        if (url != null && named != null) {
            faults.add("The status source '" + name + "' has two databases: leave out " + url.key() + " ("
                    + url.origin() + ") or " + named.key() + " (" + named.origin() + ")");
        }
        Database byName = named == null ? null : byName(named);
        return url == null ? byName : byUrl(url);
    }

    private @Nullable Database byUrl(Values.Found url) {
        try {
            return new Database.ByUrl(url.value(), text(SourceKeys.USER), text(SourceKeys.PASSWORD));
        } catch (IllegalArgumentException e) {
            faults.addSecret(url, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable String text(Key<String> key) {
        Values.Found found = values.find(key(key));
        return found == null ? null : found.value();
    }

    private @Nullable Database byName(Values.Found named) {
        if (listensItself) {
            faults.add(
                    named,
                    "is for web applications, whose server has data sources",
                    "give " + key(SourceKeys.JDBC_URL) + " instead");
            return null;
        }
        for (Key<?> key : List.of(SourceKeys.USER, SourceKeys.PASSWORD)) {
            Values.Found found = values.find(key(key));
            if (found != null) {
                faults.addSecret(found, "the server knows how to connect to a datasource; leave it out");
            }
        }
        return values.<String, @Nullable Database>get(SourceKeys.DATA_SOURCE.of(name), null, Database.ByName::new);
    }

    private Found files(String place) {
        Values.Found file = values.find(key(SourceKeys.FILE));
        if (file == null) {
            faults.add("The status source '" + name + "' has a folder and no file: set " + key(SourceKeys.FILE)
                    + ", such as {id}.json");
        }
        if (values.find(key(SourceKeys.FOLDER)) == null) {
            faults.add("The status source '" + name + "' has a file and no folder: set " + key(SourceKeys.FOLDER)
                    + ", the folder that it is in");
        }
        Path folder = values.<String, @Nullable Path>get(
                SourceKeys.FOLDER.of(name), null, text -> FileSourceSettings.requireFolder(Path.of(text)));
        List<String> placeholders = values.<String, @Nullable List<String>>get(
                SourceKeys.FILE.of(name), null, FileSourceSettings::placeholders);
        Origin origin = folder == null || file == null || placeholders == null
                ? null
                : new Origin.InFiles(
                        new FileSourceSettings(folder, file.value(), FileSourceSettings.DEFAULT_MAX_BYTES));
        return new Found(origin, placeholders, true, place);
    }
}
