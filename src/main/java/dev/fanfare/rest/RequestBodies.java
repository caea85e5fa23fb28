package dev.fanfare.rest;

import dev.fanfare.event.Gunzip;
import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.rest.problem.ProblemType;
import dev.fanfare.stream.HeapShare;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayInputStream;
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
 * time. An application has one, so that the bounds hold for all its resources together. A body that came by gzip is handed
 * on as it was before, and any without a byte order mark. Thread-safe.
 */
public final class RequestBodies {

    /** How long a body may take that comes at less than {@link #LEAST_BYTES_PER_SECOND}. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int LEAST_BYTES_PER_SECOND = 1024;
    private static final int FIRST_BYTES = 8 * 1024;
    private static final int MOST_WAITING = 1024;
    private static final long LEAST_BUDGET = HeapShare.of(8, 64L << 20);

    private volatile int mostBytes;
    private volatile long budgetBytes;
    private final Duration patience;
    private final Executor pool;
    private final LongSupplier nanos;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Reads bodies.
     *
     * @param mostBytes most bytes of one body, before and after it is unpacked
     * @param pool its tasks may block
     */
    public RequestBodies(int mostBytes, Executor pool) {
        this(mostBytes, PATIENCE, pool);
    }

    /**
     * Reads bodies.
     *
     * @param mostBytes most bytes of one body, before and after it is unpacked
     * @param patience how long a body may take that comes at less than 1 KiB/s
     * @param pool its tasks may block
     */
    public RequestBodies(int mostBytes, Duration patience, Executor pool) {
        this(mostBytes, patience, pool, System::nanoTime);
    }

    /**
     * Reads bodies.
     *
     * @param mostBytes most bytes of one body
     * @param pool its tasks may block
     * @param nanos the time
     */
    RequestBodies(int mostBytes, Duration patience, Executor pool, LongSupplier nanos) {
        this.patience = patience;
        take(mostBytes);
        this.pool = pool;
        this.nanos = nanos;
    }

    /**
     * Has another bound for one body from now on, and for all that are being read.
     *
     * @param most most bytes of one body
     */
    public void take(int most) {
        mostBytes = most;
        budgetBytes = Math.max(LEAST_BUDGET, 4L * most);
    }

    /**
     * Reads a body and hands it on, or what was wrong with it, in this thread or one that may block.
     *
     * @throws ProblemException at once 415, for a charset or a content coding that is not read here; 413, if the declared
     *     length is over the limit; 503 if too many are being read
     */
    public void read(
            InputStream body, HttpHeaders headers, BiConsumer<byte @Nullable [], @Nullable ProblemException> taker)
            throws IOException {
        BodyCoding.requireUtf8(headers.getMediaType());
        boolean packed = BodyCoding.isPacked(headers.getHeaderString(HttpHeaders.CONTENT_ENCODING));
        read(body, declared(headers), packed, taker);
    }

    /** As {@link #read(InputStream, HttpHeaders, BiConsumer)}; {@code declared} is -1 for a length that is not known. */
    void read(
            InputStream body,
            long declared,
            boolean packed,
            BiConsumer<byte @Nullable [], @Nullable ProblemException> taker)
            throws IOException {
        readAsSent(body, declared, (bytes, problem) -> {
            if (bytes == null) {
                taker.accept(null, problem);
                return;
            }
            byte[] plain;
            try {
                if (packed) {
                    BodyCoding.requireGzip(bytes);
                }
                requireWhole(bytes.length, declared);
                plain = BodyCoding.withoutByteOrderMark(packed ? unpacked(bytes) : bytes);
            } catch (ProblemException e) {
                taker.accept(null, e);
                return;
            }
            taker.accept(plain, null);
        });
    }

    private static void requireWhole(int bytes, long declared) {
        if (bytes < declared) {
            throw ProblemException.badRequest(
                            "The body has " + bytes + " bytes, fewer than the " + declared + " of 'Content-Length'.")
                    .withHeader("Connection", "close");
        }
    }

    /** A few bytes may stand for very many, so no more are unpacked than a body may have. */
    private byte[] unpacked(byte[] packed) {
        long held = 0;
        try (Gunzip in = new Gunzip(new ByteArrayInputStream(packed))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream(FIRST_BYTES);
            byte[] buffer = new byte[FIRST_BYTES];
            int count;
            while ((count = in.read(buffer)) >= 0) {
                held += count;
                hold(held, count);
                body.write(buffer, 0, count);
            }
            return body.toByteArray();
        } catch (IOException e) {
            throw ProblemException.badRequest(
                    "The body is not complete gzip, though 'Content-Encoding' says gzip: compress it again, or leave the"
                            + " header out.");
        } finally {
            heldBytes.addAndGet(-held);
        }
    }

    private void readAsSent(
            InputStream body, long declared, BiConsumer<byte @Nullable [], @Nullable ProblemException> taker)
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
            try {
                readInPool(body, taker);
            } catch (RuntimeException
                    | Error e) { // nobody else would answer the request, and its client would wait for ever
                taker.accept(
                        null, new ProblemException(ProblemType.INTERNAL_ERROR, "The server could not read the body."));
                throw e;
            }
        });
    }

    private void readInPool(InputStream body, BiConsumer<byte @Nullable [], @Nullable ProblemException> taker) {
        byte[] whole;
        try {
            whole = readBlocking(body);
        } catch (ProblemException e) {
            taker.accept(null, e);
            return;
        } finally {
            waiting.decrementAndGet();
        }
        taker.accept(whole, null);
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
    public static String utf8(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ProblemException.badRequest("The body has bytes that are not UTF-8; JSON is UTF-8 (RFC 8259, 8.1).");
        }
    }

    private byte[] readBlocking(InputStream in) {
        long begin = nanos.getAsLong();
        ByteArrayOutputStream body = new ByteArrayOutputStream(FIRST_BYTES);
        byte[] buffer = new byte[FIRST_BYTES];
        long held = 0;
        try {
            int count;
            while ((count = in.read(buffer)) >= 0) {
                held += count;
                hold(held, count);
                body.write(buffer, 0, count);
                requirePace(begin, held);
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) { // by the pool, which closes
                throw ProblemException.unavailable(
                                "The server is shutting down and has not read the whole body; send the request again later.",
                                Duration.ofSeconds(5))
                        .withHeader("Connection", "close");
            }
            throw ProblemException.badRequest("The body broke off after " + held + " bytes.")
                    .withHeader("Connection", "close");
        } finally {
            heldBytes.addAndGet(-held);
        }
        return body.toByteArray();
    }

    /** Counts more bytes of a body before any is refused; in the end the reader takes off as much again. */
    private void hold(long ofThisBody, int more) {
        long heldByAll = heldBytes.addAndGet(more);
        if (ofThisBody > mostBytes) {
            throw tooLarge();
        }
        if (heldByAll > budgetBytes) {
            throw busy();
        }
    }

    private void requirePace(long begin, long bytes) {
        double seconds = (nanos.getAsLong() - begin) / 1e9;
        if (seconds > patience.toSeconds() && bytes < seconds * LEAST_BYTES_PER_SECOND) {
            throw new ProblemException(Problem.of(
                            408,
                            "The body arrived at less than " + LEAST_BYTES_PER_SECOND
                                    + " bytes per second: send it faster, or send less in one request."))
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
                        "The server is receiving as many request bodies as it can hold; try again later.",
                        Duration.ofSeconds(1))
                .withHeader("Connection", "close");
    }
}
