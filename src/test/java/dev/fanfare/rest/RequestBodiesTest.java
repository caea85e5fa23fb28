package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.rest.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that come at once, slowly, too large and not whole. */
class RequestBodiesTest {
    private static final int MOST = 10_000;

    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final List<byte[]> whole = new ArrayList<>();
    private final List<ProblemException> problems = new ArrayList<>();
    private long nanos;
    private final RequestBodies bodies = new RequestBodies(MOST, RequestBodies.PATIENCE, pool::add, () -> nanos);

    private void take(byte @Nullable [] body, @Nullable ProblemException problem) {
        if (body != null) {
            whole.add(body);
        }
        if (problem != null) {
            problems.add(problem);
        }
    }

    private void read(InputStream body, long declared) throws IOException {
        bodies.read(body, declared, false, this::take);
    }

    private void assertRefused(int status) {
        assertThat(problems)
                .extracting(problem -> problem.getResponse().getStatus())
                .containsExactly(status);
    }

    private static InputStream bytes(int count) {
        return new ByteArrayInputStream("x".repeat(count).getBytes(StandardCharsets.US_ASCII));
    }

    /** Gives a byte at a time, each after a pause. */
    private InputStream slow(int count, Duration pause) {
        return new InputStream() {
            private int left = count;

            @Override
            public int read() {
                nanos += pause.toNanos();
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                int next = read();
                if (next < 0) {
                    return -1;
                }
                buffer[offset] = (byte) next;
                return 1;
            }
        };
    }

    @Test
    void aBodyThatHasComeIsReadAtOnce() throws IOException {
        read(bytes(MOST), MOST);

        assertThat(whole).singleElement().satisfies(body -> assertThat(body).hasSize(MOST));
        assertThat(pool).isEmpty();
    }

    @Test
    void whoeverFailsOnABodyInThePoolAnswersItsRequestAllTheSame() throws IOException {
        StackOverflowError bug = new StackOverflowError("a bug");
        bodies.read(slow(100, Duration.ofMillis(1)), 100, false, (body, problem) -> {
            if (body != null) {
                throw bug;
            }
            take(null, problem);
        });

        assertThat(catchThrowableOfType(StackOverflowError.class, pool.remove()::run))
                .as("and the pool hears of it")
                .isSameAs(bug);

        assertRefused(500);
        assertThat(bodies.held()).isZero();
    }

    @Test
    void aBodyThatIsOnItsWayIsWaitedForInThePool() throws IOException {
        read(slow(100, Duration.ofMillis(1)), 100);
        assertThat(whole).isEmpty();

        pool.remove().run();

        assertThat(whole).singleElement().satisfies(body -> assertThat(body).hasSize(100));
    }

    @Test
    void aBodyThatIsDeclaredTooLargeIsNotTouched() {
        InputStream untouchable = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read");
            }
        };

        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> read(untouchable, MOST + 1));

        assertThat(refused.getResponse().getStatus()).isEqualTo(413);
        assertThat(refused.getResponse().getHeaderString("Connection")).isEqualTo("close");
    }

    @Test
    void aBodyOfUnknownLengthIsReadNoFurtherThanTheLimit() throws IOException {
        InputStream rest = new InputStream() {
            private int reads;

            @Override
            public int read() {
                if (++reads > 20_000) {
                    throw new AssertionError("read on");
                }
                return 'x';
            }
        };
        read(new SequenceInputStream(bytes(MOST), rest), -1);

        pool.remove().run();

        assertRefused(413);
    }

    @Test
    void whatABodyHeldIsTakenOffAgainAlsoWhenItIsTooLarge() throws IOException {
        for (int i = 0; i < 3; i++) {
            read(bytes(3 * MOST), -1);
            pool.remove().run();
        }

        assertThat(problems).hasSize(3);
        assertThat(bodies.held()).isZero();
    }

    @Test
    void aBodyThatDripsIsGivenUp() throws IOException {
        read(slow(MOST, Duration.ofMillis(100)), MOST);

        pool.remove().run();

        assertRefused(408);
        assertThat(Duration.ofNanos(nanos)).isBetween(RequestBodies.PATIENCE, Duration.ofSeconds(31));
    }

    @Test
    void aBodyThatIsNotWholeIsRefused() throws IOException {
        read(slow(99, Duration.ofMillis(1)), 100);

        pool.remove().run();

        assertThat(whole).isEmpty();
        assertRefused(400);
    }

    /** As Open Liberty does, which leaves the headers, and does not look whether the body was whole. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 80, 100, 120})
    void aPackedBodyThatTheServerHasUnpackedIsRefused(int declared) throws IOException {
        bodies.read(bytes(100), declared, true, this::take);
        pool.forEach(Runnable::run);

        assertThat(whole).isEmpty();
        assertRefused(415);
        assertThat(problems.get(0).getResponse().getHeaderString("Accept-Encoding"))
                .isEqualTo("identity");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 19})
    void aPackedBodyThatIsNotWholeIsRefused(int sent) throws IOException {
        byte[] packed = gzip(new byte[0]);
        assertThat(packed).hasSize(20);
        bodies.read(new ByteArrayInputStream(packed, 0, sent), packed.length, true, this::take);

        pool.remove().run();

        assertThat(whole).isEmpty();
        assertRefused(400);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    @Test
    void tooManyBodiesAtATimeAreRefused() throws IOException {
        for (int i = 0; i < 1024; i++) {
            read(slow(1, Duration.ZERO), 1);
        }

        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> read(slow(1, Duration.ZERO), 1));

        assertThat(refused.getResponse().getStatus()).isEqualTo(503);
        pool.remove().run();
        read(slow(1, Duration.ZERO), 1);
        while (!pool.isEmpty()) {
            pool.remove().run();
        }
        assertThat(whole).hasSize(1025);
    }
}
