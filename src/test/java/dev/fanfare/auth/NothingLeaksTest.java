package dev.fanfare.auth;

import static dev.fanfare.auth.TokenAlgorithm.ES256;
import static dev.fanfare.auth.TokenAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.event.Selector;
import dev.fanfare.testing.ManualTicker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No token, claim or key in a log, an error or a {@code toString}. */
class NothingLeaksTest {
    private static final String CLAIM = "topSecretTopic";

    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");
    private final Level level = root.getLevel();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord message) {
            record(message.getMessage());
            record(message.getParameters() == null ? "" : List.of(message.getParameters()));
            record(message.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        root.setLevel(Level.ALL);
        root.addHandler(recorder);
    }

    @AfterEach
    void stop() {
        root.removeHandler(recorder);
        root.setLevel(level);
    }

    private void record(Object object) {
        texts.add(String.valueOf(object));
        if (object instanceof Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            texts.add(trace.toString());
        }
    }

    @Test
    void neitherGoodNorBadTokensLeaveTraces() {
        List<String> tokens = List.of(
                RawToken.mercure("{\"publish\":[\"" + CLAIM + "\"]}"),
                RawToken.payload("{\"exp\":1,\"sub\":\"" + CLAIM + "\"}"),
                RawToken.payload("{\"exp\":\"" + CLAIM + "\"}"),
                RawToken.payload("{\"" + CLAIM + "\":1,\"" + CLAIM + "\":1}"),
                RawToken.payload("{\"" + CLAIM + "\":" + CLAIM + "}"),
                RawToken.mercure("{\"publish\":[\"" + CLAIM + "\\n\"]}"),
                RawToken.mercure("{\"publish\":[\"" + CLAIM + "{\"]}"),
                RawToken.mercure("{\"publish\":\"" + CLAIM + "\"}"),
                RawToken.with("{\"alg\":\"" + CLAIM + "\"}", RawToken.PAYLOAD),
                RawToken.with("{\"alg\":\"HS256\",\"kid\":{\"" + CLAIM + "\":1}}", RawToken.PAYLOAD),
                RawToken.mercure("{\"publish\":[\"" + CLAIM + "\"]}") + "x",
                CLAIM + ".x.y",
                RawToken.payload("{\"nbf\":9999999999,\"iss\":\"" + CLAIM + "\"}"));
        TokenKey key = KeyPairs.key(HS256);
        AuthSettings settings = new AuthSettings(key, key, true, false, "c", false, TokenLimits.DEFAULTS);
        Authority authority = new Authority(settings, new ManualTicker());
        for (String token : tokens) {
            Throwable refused = catchThrowable(() -> record(authority.publisher(token)));
            record(refused);
        }
        record(settings);
        record(authority);

        assertThat(texts).hasSizeGreaterThan(tokens.size());
        for (String secret : secrets(tokens)) {
            assertThat(texts).noneMatch(text -> text.contains(secret));
        }
    }

    private static List<String> secrets(List<String> tokens) {
        List<String> secrets = new ArrayList<>(List.of(CLAIM, KeyPairs.SECRET, "TokenDigest"));
        for (String token : tokens) {
            secrets.add(token);
            for (String part : token.split("\\.")) {
                if (part.length() > 8) {
                    secrets.add(part);
                }
            }
        }
        return secrets;
    }

    @Test
    void thePlaceOfAKeySetIsLoggedWithoutItsQuery() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/a") ? 404 : 500, -1);
            exchange.close();
        });
        server.start();
        try {
            for (String path : List.of("/a", "/b")) {
                String url = "http://127.0.0.1:" + server.getAddress().getPort() + path + "?k=hidden%20secret";
                TokenKey key = TokenKey.ofKeySet(ES256, url);
                Authority authority = new Authority(
                        new AuthSettings(key, key, true, false, "c", false, TokenLimits.DEFAULTS), new ManualTicker());
                String token = KeyPairs.issuer(ES256).issue(List.of(), List.of(), ManualTicker.BEGIN, null);
                record(catchThrowable(() -> authority.publisher(token)));
                record(key);
            }
            await().untilAsserted(() -> assertThat(texts.stream().filter(text -> text.startsWith("The key set")))
                    .hasSize(2));
        } finally {
            server.stop(0);
        }

        assertThat(texts)
                .anyMatch(text -> text.matches("The key set http://127\\.0\\.0\\.1:[0-9]+/a can't be fetched.*"));
        assertThat(texts).noneMatch(text -> text.startsWith("The key set") && text.contains("hidden"));
    }

    @Test
    void keysLeaveNoTraces() {
        TokenKey random = TokenKey.random();
        for (Object object : List.of(
                KeyPairs.key(HS256),
                KeyPairs.key(HS256).keys(new ManualTicker()),
                KeyPairs.key(ES256),
                KeyPairs.issuer(ES256),
                KeyPairs.issuer(TokenAlgorithm.EDDSA),
                KeyPairs.issuer(HS256),
                random,
                TokenIssuer.of(random),
                Claims.of("{\"sub\":\"ada\"}".getBytes(UTF_8), 1),
                new SelectorSet(List.of(Selector.parse("ada"))))) {
            record(object);
        }
        String pem = KeyPairs.publicText(ES256);
        record(catchThrowable(() -> TokenKey.of(HS256, pem)));
        record(catchThrowable(() -> TokenKey.of(TokenAlgorithm.RS256, pem)));
        record(catchThrowable(() -> TokenKey.of(ES256, pem.replaceFirst("\n", "\n=="))));
        record(catchThrowable(() -> TokenKey.of(ES256, KeyPairs.privateText(ES256))));
        record(catchThrowable(() -> TokenKey.of(HS256, "short-secret")));

        List<String> secrets = List.of(
                KeyPairs.SECRET,
                "short-secret",
                "ada",
                pem.split("\n")[1],
                KeyPairs.privateText(ES256).split("\n")[1]);
        for (String secret : secrets) {
            assertThat(texts).noneMatch(text -> text.contains(secret));
        }
    }
}
