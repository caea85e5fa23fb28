package dev.fanfare.cli;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pub}: publishes an event, or one for each line of a file or of standard input. */
@Command(
        name = "pub",
        sortOptions = false,
        description = {
            "Publishes an event, or one for each line of the input. Prints the ids. "
                    + "Each request has an Idempotency-Key and is repeated if its outcome is not known, so nothing is published twice.",
            ""
        },
        optionListHeading = "Options:%n",
        footer = {
            "",
            "Examples:",
            "  pub http://localhost:8080 --topic news --data hello",
            "  tail -f app.log | pub http://localhost:8080 --topic log --lines",
            "",
            "Exit status: 0 if all of it was published; 1 if the server refuses or can't be reached; 2 for options that "
                    + "are wrong."
        })
final class PubCommand implements Callable<Integer> {
    private static final int MOST_EVENTS = 500;
    private static final int MOST_CHARS = 256 * 1024;
    private static final int MOST_DATA_BYTES = 64 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Mixin
    Server server = new Server();

    @Option(
            names = "--topic",
            required = true,
            paramLabel = "TOPIC",
            description = "What to publish to; may be repeated for further names of the same event.")
    List<String> topics = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "TEXT",
            description = "The data. Without this and --file, standard input is the data.")
    @Nullable
    String data;

    @Option(names = "--file", paramLabel = "FILE", description = "A file to read the data from.")
    @Nullable
    Path file;

    @Option(names = "--lines", description = "Makes an event of each line of the input, as it comes.")
    boolean lines;

    @Option(names = "--type", paramLabel = "TYPE", description = "The type that addEventListener names.")
    @Nullable
    String type;

    @Option(names = "--id", paramLabel = "ID", description = "The event's id. Default: one that the server makes.")
    @Nullable
    String id;

    @Option(names = "--private", description = "Only for subscribers whose token allows one of the topics.")
    boolean isPrivate;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "The key under which a repeated command publishes nothing again. Default: a new one.")
    @Nullable
    String idempotencyKey;

    @Option(names = "--retries", paramLabel = "N", description = "How often a request is repeated. Default: 5.")
    int retries = 5;

    @Option(names = "--json", description = "Prints {\"ids\": [...]} for each request instead of an id a line.")
    boolean json;

    @Option(names = "--help", usageHelp = true, description = "Prints this.")
    boolean help;

    private Output output = Output.ofProcess();
    private InputStream input = System.in;

    PubCommand printingTo(Output other) {
        output = other;
        return this;
    }

    PubCommand readingFrom(InputStream other) {
        input = other;
        return this;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (data != null && file != null) {
            throw CommandFailed.badOption("--data and --file are two ways to give the data: choose one");
        }
        if (lines && (data != null || id != null || idempotencyKey != null)) {
            throw CommandFailed.badOption("--lines makes many events of a file or of standard input: --data, --id and"
                    + " --idempotency-key belong to one");
        }
        try {
            if (lines) {
                publishLines();
            } else {
                publish(List.of(event(data != null ? data : wholeInput())));
            }
        } catch (CharacterCodingException e) {
            throw new CommandFailed("The input is not UTF-8", e);
        } catch (IOException e) {
            throw new CommandFailed("The input can't be read: " + e.getMessage(), e);
        }
        return 0;
    }

    private InputStream input() throws IOException {
        return file == null ? input : Files.newInputStream(file);
    }

    private String wholeInput() throws IOException {
        try (InputStream all = input()) {
            byte[] bytes = all.readNBytes(MOST_DATA_BYTES + 1);
            if (bytes.length > MOST_DATA_BYTES) {
                throw new CommandFailed(
                        "The input has more than 64 MiB, which is too large for an event: --lines publishes it line by line");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        }
    }

    /** What is there at once goes in one request; a line that comes alone does not wait for others. */
    private void publishLines() throws IOException, InterruptedException {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(input(), StandardCharsets.UTF_8.newDecoder()))) {
            List<String> batch = new ArrayList<>();
            int chars = 0;
            String line;
            while ((line = reader.readLine()) != null) {
                String event = event(line);
                if (!batch.isEmpty() && chars + event.length() > MOST_CHARS) {
                    publish(batch);
                    batch.clear();
                    chars = 0;
                }
                batch.add(event);
                chars += event.length();
                if (batch.size() == MOST_EVENTS || !reader.ready()) {
                    publish(batch);
                    batch.clear();
                    chars = 0;
                }
            }
            if (!batch.isEmpty()) {
                publish(batch);
            }
        }
    }

    private String event(String text) {
        JsonArrayBuilder names = Json.createArrayBuilder();
        topics.forEach(names::add);
        JsonObjectBuilder event = Json.createObjectBuilder().add("topic", names).add("data", text);
        if (type != null) {
            event.add("type", type);
        }
        if (id != null) {
            event.add("id", id);
        }
        if (isPrivate) {
            event.add("private", true);
        }
        return event.build().toString();
    }

    private void publish(List<String> events) throws InterruptedException {
        URI hub = server.uri("/.well-known/mercure");
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        String body = "[" + String.join(",", events) + "]";
        for (int attempt = 0; ; attempt++) {
            String fault;
            try {
                HttpResponse<String> answer = server.client()
                        .send(
                                server.request(hub)
                                        .timeout(PATIENCE)
                                        .header("Content-Type", "application/json")
                                        .header("Idempotency-Key", key)
                                        .POST(BodyPublishers.ofString(body))
                                        .build(),
                                BoundedText.handler());
                if (answer.statusCode() == 200) {
                    print(answer.body());
                    return;
                }
                CommandFailed refused = Answers.refused(
                        hub,
                        answer.statusCode(),
                        answer.headers().firstValue("Content-Type").orElse(""),
                        answer.body());
                if (answer.statusCode() < 502 || answer.statusCode() > 504 || attempt >= retries) {
                    throw refused;
                }
                fault = String.valueOf(refused.getMessage());
            } catch (IOException e) {
                fault = Answers.silence(hub, e);
                if (attempt >= retries || Answers.isUntrusted(e)) {
                    throw new CommandFailed(fault, e);
                }
            }
            int left = retries - attempt;
            output.notice(fault + "; trying again, " + (left == 1 ? "once" : left + " times") + " at most");
            Thread.sleep(PAUSE.toMillis() << Math.min(attempt, 3));
        }
    }

    private void print(String answer) {
        if (json) {
            output.line(output.shown(answer.strip()));
            return;
        }
        try (JsonReader reader = Json.createReader(new StringReader(answer))) {
            for (JsonString each : reader.readObject().getJsonArray("ids").getValuesAs(JsonString.class)) {
                output.line(output.shown(each.getString()));
            }
        } catch (JsonException | ClassCastException | NullPointerException e) {
            throw new CommandFailed("The server answers 200, but not with ids; is " + server.url + " a hub?", e);
        }
    }
}
