package dev.fanfare.webapp;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * When a client has left, the next write to it fails, in a thread of ours. Tomcat then ends the request in a thread of its
 * own, at once, and gives the request's objects to another request, while our thread is not done with them:
 *
 *   - Tomcat itself, in our thread, notes the failure in the response. If that comes too late the other client's response
 *     has failed before it began. So Tomcat's thread waits here, in onError, until ours has left the write.
 *   - Jersey, in our thread, flushes the response once more, and so sends the head of the other client's response down the
 *     dead connection. So nothing gets through here after the first failure.
 *
 * The writer of a stream learns that the client has left, so that it ends. It is not told to Jersey while it sends the head
 * of a stream or any other answer: it could only write a hundred lines to the log, for each client that does not wait.
 */
/** A response that nobody touches any more once a write has failed. Written to by one thread at a time. */
final class GuardedResponse extends HttpServletResponseWrapper implements AsyncListener {
    private static final System.Logger LOG = System.getLogger(GuardedResponse.class.getName());
    private static final long LONGEST_WAIT_MS = 1000;

    private final ReentrantLock writing = new ReentrantLock();
    private volatile boolean broken;
    private @Nullable GuardedStream stream;

    GuardedResponse(HttpServletResponse response) {
        super(response);
    }

    /** Committed is what keeps Jersey from asking for an error page. */
    @Override
    public boolean isCommitted() {
        return broken || super.isCommitted();
    }

    /** Sends the head of an answer that has no body, if it was not sent. */
    void commit() {
        writing.lock();
        try {
            if (!isCommitted()) {
                flushBuffer();
            }
        } catch (IOException | RuntimeException e) {
            broken = true;
            LOG.log(System.Logger.Level.DEBUG, "A client left before its answer", e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        if (stream == null) {
            stream = new GuardedStream(super.getOutputStream());
        }
        return stream;
    }

    @Override
    public void onError(AsyncEvent event) {
        broken = true;
        try {
            if (writing.tryLock(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS)) {
                writing.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onTimeout(AsyncEvent event) {}

    private interface Step {
        void run() throws IOException;
    }

    private boolean isEventStream() {
        String type = getContentType();
        return type != null && type.startsWith("text/event-stream");
    }

    private final class GuardedStream extends ServletOutputStream {
        private final ServletOutputStream out;

        /** Whether a caller has to learn that the client has left. Guarded by the lock. */
        private boolean tells;

        GuardedStream(ServletOutputStream out) {
            this.out = out;
        }

        private void guarded(Step step) throws IOException {
            if (!passes(step)) {
                throw new IOException("The client has left");
            }
        }

        /** Whether all is well, as far as the caller has to know. */
        private boolean passes(Step step) {
            writing.lock();
            try {
                boolean told = tells;
                try {
                    if (!broken) {
                        tells = told || isEventStream();
                        step.run();
                    }
                } catch (IOException
                        | RuntimeException e) { // Tomcat's own are NullPointerExceptions when it has been faster
                    broken = true;
                    LOG.log(System.Logger.Level.DEBUG, "A client has left", e);
                }
                return !broken || !told;
            } finally {
                writing.unlock();
            }
        }

        @Override
        public void write(int b) throws IOException {
            guarded(() -> out.write(b));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            guarded(() -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            guarded(out::flush);
        }

        @Override
        public void close() throws IOException {
            guarded(out::close);
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }
}
