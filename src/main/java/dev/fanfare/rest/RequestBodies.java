package dev.fanfare.rest;

import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A container hands a request over when it has the head. Its few threads must not wait for bodies then, or clients that send
 * theirs slowly stop the server for all. So a body that has come already is read at once, in the container's thread, and any
 * other one in a pool whose threads may block.
 */
/**
 * Reads the bodies of requests whole, within bounds: of one body, of all that are being read, in number, in bytes and in
 * time. Thread-safe.
 */
final class RequestBodies {

    /** How long a body may take that comes at less than {@link #LEAST_BYTES_PER_SECOND}. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int LEAST_BYTES_PER_SECOND = 1024;
    private static final int FIRST_BYTES = 8 * 1024;
    private static final int MOST_WAITING = 1024;
    private static final long LEAST_BUDGET = 64L << 20;

    private final int mostBytes;
    private final long budgetBytes;
    private final Executor pool;
    private final LongSupplier nanos;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Reads bodies.
     *
     * @param mostBytes most bytes of one body
     * @param pool its tasks may block
     * @param nanos the time
     */
    RequestBodies(int mostBytes, Executor pool, LongSupplier nanos) {
        this.mostBytes = mostBytes;
        this.budgetBytes = Math.max(LEAST_BUDGET, 4L * mostBytes);
        this.pool = pool;
        this.nanos = nanos;
    }

    /**
     * Reads a body and hands it on, or what was wrong with it, in this thread or one that may block.
     *
     * @param declared {@code Content-Length}; -1 if it is not known
     * @throws ProblemException 413 at once, if the declared length is over the limit; 503 if too many are being read
     */
    void read(InputStream body, long declared, BiConsumer<byte @Nullable [], @Nullable ProblemException> taker)
            throws IOException {
        if (declared > mostBytes) {
            throw tooLarge();
        }
        if (declared >= 0 && (declared == 0 || body.available() >= declared)) {
            taker.accept(body.readNBytes((int) declared), null);
            return;
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            throw busy();
        }
        pool.execute(() -> {
            byte[] whole;
            try {
                whole = readBlocking(body, declared);
            } catch (ProblemException e) {
                taker.accept(null, e);
                return;
            } finally {
                waiting.decrementAndGet();
            }
            taker.accept(whole, null);
        });
    }

    /** How many bytes are held of bodies that are on their way. */
    long held() {
        return heldBytes.get();
    }

    /** What {@code Content-Length} says; -1 if there is none. */
    static long declared(HttpHeaders headers) {
        String length = headers.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return -1;
        }
        // Longer ones are over every limit.
        return length.length() > 15 ? Long.MAX_VALUE : Long.parseLong(length.strip());
    }

    /**
     * The text of a body that is JSON.
     *
     * @throws ProblemException 400 if it is not UTF-8
     */
    static String utf8(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.badRequest("The body has bytes that are not UTF-8; JSON is UTF-8 (RFC 8259, 8.1).");
        }
    }

    private byte[] readBlocking(InputStream in, long declared) {
        long begin = nanos.getAsLong();
        ByteArrayOutputStream body = new ByteArrayOutputStream(FIRST_BYTES);
        byte[] buffer = new byte[FIRST_BYTES];
        long held = 0;
        try {
            int count;
            while ((count = in.read(buffer)) >= 0) {
                held += count;
                // Counted before anything is refused: in the end as much is taken off again.
                long heldByAll = heldBytes.addAndGet(count);
                if (held > mostBytes) {
                    throw tooLarge();
                }
                if (heldByAll > budgetBytes) {
                    throw busy();
                }
                body.write(buffer, 0, count);
                requirePace(begin, held);
            }
        } catch (IOException e) {
            throw ProblemException.badRequest("The body broke off after " + held + " bytes.")
                    .withHeader("Connection", "close");
        } finally {
            heldBytes.addAndGet(-held);
        }
        if (held < declared) {
            throw ProblemException.badRequest(
                            "The body has " + held + " bytes, fewer than the " + declared + " of 'Content-Length'.")
                    .withHeader("Connection", "close");
        }
        return body.toByteArray();
    }

    private void requirePace(long begin, long bytes) {
        double seconds = (nanos.getAsLong() - begin) / 1e9;
        if (seconds > PATIENCE.toSeconds() && bytes < seconds * LEAST_BYTES_PER_SECOND) {
            throw new ProblemException(Problem.of(
                            408,
                            "The body came at less than " + LEAST_BYTES_PER_SECOND
                                    + " bytes a second: send it faster, or in smaller parts."))
                    .withHeader("Connection", "close");
        }
    }

    /** What follows is not read, so the connection can't be used again. */
    private ProblemException tooLarge() {
        return ProblemException.tooLarge("The body is larger than the " + mostBytes
                        + " bytes of fanfare.limits.event: send less at a time.")
                .withHeader("Connection", "close");
    }

    private static ProblemException busy() {
        return ProblemException.unavailable(
                        "Too many bodies are on their way here; try again later.", Duration.ofSeconds(1))
                .withHeader("Connection", "close");
    }
}
