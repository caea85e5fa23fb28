package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import dev.fanfare.testing.RecordedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Input that chance has spoilt, case after case, each from a seed of its own. Runs for seconds; {@code -Pfuzz} runs for long, and
 * {@code -Dtest.fuzz.seed=S -Dtest.fuzz.from=N} begins with the case that a failure names.
 */
final class Fuzzing {
    private static final long SEED = Long.getLong("test.fuzz.seed", 20_261_129L);
    private static final long FROM = Long.getLong("test.fuzz.from", 0);
    private static final Duration AT_LEAST = Duration.ofSeconds(Long.getLong("test.fuzz.seconds", 3));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_LEFT_OPEN = 100;
    private static final int BETWEEN_CHECKS = 200;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    /** One case. */
    interface Case {
        void run(Random random) throws Exception;
    }

    private final GrizzlyHost host;

    /** Connections that are the server's to close. */
    private final Deque<Socket> left = new ArrayDeque<>();

    private final int others;

    Fuzzing(GrizzlyHost host) {
        this(host, 0);
    }

    /** @param others how many connections the test has beside */
    Fuzzing(GrizzlyHost host, int others) {
        this.host = host;
        this.others = others;
    }

    /** Runs cases until the time is over, at least so many; nothing may be logged, and no connection stay. */
    void run(int leastCases, Case each) throws IOException {
        long end = System.nanoTime() + AT_LEAST.toNanos();
        long number = FROM;
        try (RecordedLog log = new RecordedLog("")) {
            for (; number < FROM + leastCases || end - System.nanoTime() > 0; number++) {
                String told = "-Dtest.fuzz.seed=" + SEED + " -Dtest.fuzz.from=" + number;
                try {
                    each.run(new Random(SEED * 1_000_003 + number));
                } catch (Exception | AssertionError e) {
                    throw new AssertionError(told, e);
                }
                assertThat(log.warnings()).as(told).isEmpty();
                if (number % BETWEEN_CHECKS == 0) {
                    awaitEnds(told);
                }
            }
            awaitEnds("the last case before " + number);
            assertThat(log.warnings()).isEmpty();
        }
        System.out.println((number - FROM) + " cases from seed " + SEED);
    }

    private void awaitEnds(String told) throws IOException {
        while (!left.isEmpty()) {
            toEnd(left.removeFirst());
        }
        await().alias(told + ": connections that are left")
                .atMost(PATIENCE)
                .until(() -> host.server().openConnections() == others);
    }

    /** Leaves it to the server to close a connection in its time. */
    void leave(Socket socket) throws IOException {
        left.addLast(socket);
        if (left.size() > MOST_LEFT_OPEN) {
            toEnd(left.removeFirst());
        }
    }

    /** All that comes until the server closes, which it must do. */
    static byte[] toEnd(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (socket) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getInputStream().transferTo(all);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither answered nor closed, so far: " + all, e);
        } catch (SocketException e) {
            // The server may reset what it does not understand.
        }
        return all.toByteArray();
    }

    /** Sends bytes in pieces, or at once. */
    static void send(Socket socket, byte[] bytes, Random random) throws IOException {
        OutputStream out = socket.getOutputStream();
        socket.setTcpNoDelay(true);
        int pieces = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : 1;
        int from = 0;
        try {
            for (int piece = 1; piece <= pieces; piece++) {
                int to = piece == pieces ? bytes.length : from + random.nextInt(bytes.length - from + 1);
                out.write(bytes, from, to - from);
                out.flush();
                from = to;
            }
        } catch (SocketException e) {
            // The server has closed by now; what it said is still to be read.
        }
    }

    /** Whatever was sent, this is no answer. */
    static void assertNoFailure(String answer) {
        Matcher status = STATUS.matcher(answer);
        while (status.find()) {
            assertThat(status.group(1)).isNotEqualTo("500");
        }
        assertThat(answer).doesNotContain("Exception", "\tat ", "org.glassfish");
    }

    /** Others are served. */
    void assertServes() {
        assertThat(RawHttp.request(host.port(), "GET", "/health/live").status()).isEqualTo(200);
    }
}
