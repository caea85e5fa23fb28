package dev.fanfare.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Reads an answer piece by piece, no byte further than its end. Used by one thread. */
final class HttpBody {
    /** How the end of a body is known. */
    sealed interface Framing {
        Framing NONE = new Length(0);

        record Chunked() implements Framing {}

        record Length(long bytes) implements Framing {}

        record UntilClose() implements Framing {}
    }

    private final InputStream in;
    private final Consumer<String> log;

    /** @param log is given all that is read, a character a byte */
    HttpBody(InputStream in, Consumer<String> log) {
        this.in = in;
        this.log = log;
    }

    /** See RFC 9112, 6.3. */
    static Framing framing(HttpHead head) {
        if (head.status() == 204 || head.status() == 304) {
            return Framing.NONE;
        }
        if (head.has("Transfer-Encoding", "chunked")) {
            return new Framing.Chunked();
        }
        return head.headers().containsKey("Content-Length")
                ? new Framing.Length(
                        Long.parseLong(head.headers().get("Content-Length").get(0)))
                : new Framing.UntilClose();
    }

    /** The next head that is not of an interim answer. */
    HttpHead head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            int read = in.read();
            if (read < 0) {
                log.accept(head.toString());
                throw new EOFException("in the head");
            }
            head.append((char) read);
        }
        log.accept(head.toString());
        HttpHead parsed = HttpHead.parse(head.toString());
        return parsed.status() == 100 ? head() : parsed;
    }

    /** Reads to the end; false if only the end of the connection tells it. */
    boolean read(Framing framing, Consumer<byte[]> data) throws IOException {
        if (framing instanceof Framing.Length length) {
            for (long left = length.bytes(); left > 0; ) {
                byte[] some = some(left);
                left -= some.length;
                data.accept(some);
            }
            return true;
        }
        if (framing instanceof Framing.Chunked) {
            chunks(data);
            return true;
        }
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            data.accept(logged(buffer, count));
        }
        return false;
    }

    private void chunks(Consumer<byte[]> data) throws IOException {
        while (true) {
            long size = Long.parseLong(line().split(";", 2)[0].strip(), 16);
            for (long left = size; left > 0; ) {
                byte[] some = some(left);
                left -= some.length;
                data.accept(some);
            }
            String empty = line();
            if (!empty.isEmpty()) {
                throw new IOException("a chunk is followed by '" + empty + "'");
            }
            if (size == 0) {
                return;
            }
        }
    }

    private byte[] some(long most) throws IOException {
        byte[] buffer = new byte[(int) Math.min(most, 8192)];
        int count = in.read(buffer);
        if (count < 0) {
            throw new EOFException("in the middle of the body");
        }
        return logged(buffer, count);
    }

    private byte[] logged(byte[] buffer, int count) {
        log.accept(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        return Arrays.copyOf(buffer, count);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("in the middle of the body");
            }
            line.write(read);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        log.accept(text + "\n");
        return text.stripTrailing();
    }
}
