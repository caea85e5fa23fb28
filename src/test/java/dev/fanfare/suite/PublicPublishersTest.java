package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.Tokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Publishers in several languages, each with the HTTP client that comes with it. Skipped where a language is missing. */
@Timeout(300)
class PublicPublishersTest {
    private static final String TOPIC = "https://example.com/books/1?a=b&c=ü";
    private static final String STREAM = HubSubject.HUB + "?topic=" + URLEncoder.encode(TOPIC, StandardCharsets.UTF_8);

    private GrizzlyHost host;

    /** A language, and how a program is run. */
    enum Publisher {
        PYTHON("python3", "publish.py"),
        NODE("node", "publish.mjs"),
        GO("go", "run", "publish.go"),
        JAVA("java", "Publish.java"),
        CURL("curl", "publish.sh");

        private final String program;
        private final List<String> arguments;

        Publisher(String program, String... arguments) {
            this.program = program;
            this.arguments = List.of(arguments);
        }

        private @Nullable Path program() {
            return this == JAVA ? Path.of(System.getProperty("java.home"), "bin", "java") : Tools.find(program);
        }

        private String[] command(String hub, String token) {
            List<String> command = new ArrayList<>();
            command.add(this == CURL ? "bash" : program().toString());
            for (String argument : arguments) {
                command.add(argument.contains(".") ? "src/test/publishers/" + argument : argument);
            }
            command.addAll(List.of(hub, token));
            return command.toArray(String[]::new);
        }
    }

    @BeforeEach
    void start() throws Exception {
        host = GrizzlyHost.start(Map.of("fanfare.history.store", "memory", "fanfare.auth.key", Tokens.SECRET));
    }

    @AfterEach
    void close() {
        host.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatAnyLanguagePublishesArrivesAsItWas(Publisher publisher) throws Exception {
        assumeThat(publisher.program()).as("%s is installed", publisher.program).isNotNull();
        try (EventStream all = EventStream.open(host.port(), STREAM, Tokens.header(Tokens.subscriber("*")));
                EventStream others = EventStream.open(host.port(), STREAM)) {
            String hub = "http://127.0.0.1:" + host.port() + HubSubject.HUB;
            String answers = Tools.run(publisher.command(hub, Tokens.publisher("*")));

            EventStream.Event form = all.next();
            EventStream.Event first = all.next();
            EventStream.Event second = all.next();
            assertThat(answers.lines().toList())
                    .containsExactly("by form", "{\"ids\":[\"by batch\",\"" + second.id() + "\"]}");
            assertThat(form.type()).isEqualTo("kind");
            assertThat(form.id()).isEqualTo("by form");
            assertThat(form.data()).isEqualTo("one\ntwo & three + 100%");
            assertThat(first.id()).isEqualTo("by batch");
            assertThat(first.data()).isEqualTo("{\"page\":7}");
            assertThat(second.data()).isEqualTo("ü 🎈");
            assertThat(others.next()).as("the others are private").isEqualTo(first);
        }
    }
}
