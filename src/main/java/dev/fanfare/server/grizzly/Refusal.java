package dev.fanfare.server.grizzly;

import dev.fanfare.rest.problem.Problem;
import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.http.util.HttpStatus;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.memory.MemoryManager;
import org.glassfish.grizzly.nio.NIOConnection;

/** The answer to a request that no application sees: a problem, and the end of the connection. Stateless. */
final class Refusal {

    private Refusal() {}

    /** Ends a connection on which a part of a request took too long; may be called in any thread. */
    static void late(Connection<?> connection, String part, String date, Linger linger) {
        HeadRefused refused = new HeadRefused(
                408, "The " + part + " of the request took longer than fanfare.http.request-timeout; send it faster.");
        connection.write(
                Buffers.wrap(MemoryManager.DEFAULT_MEMORY_MANAGER, bytes(refused, date, true)),
                new EmptyCompletionHandler<>());
        linger.close((NIOConnection) connection);
    }

    /**
     * All bytes of the answer.
     *
     * @param date the value of the header {@code Date}
     * @param withBody false for a HEAD request
     */
    static byte[] bytes(HeadRefused refused, String date, boolean withBody) {
        int status = refused.status();
        String body = Problem.of(status, refused.detail()).toJson();
        String head =
                "HTTP/1.1 " + status + " " + HttpStatus.getHttpStatus(status).getReasonPhrase() + "\r\n"
                        + "Date: " + date + "\r\n"
                        + "Content-Type: " + Problem.MEDIA_TYPE + "\r\n"
                        + "Cache-Control: no-store\r\n"
                        + "X-Content-Type-Options: nosniff\r\n"
                        + "Connection: close\r\n"
                        + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n";
        return (withBody ? head + body : head).getBytes(StandardCharsets.UTF_8);
    }
}
