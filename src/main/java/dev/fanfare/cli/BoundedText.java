package dev.fanfare.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The body of an answer as text, given up where it is longer than any server of Fanfare makes it. Thread-safe. */
final class BoundedText implements HttpResponse.BodySubscriber<String> {
    static final int MOST_MIB = 8;

    /** The answer is too long. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("an answer of more than " + MOST_MIB + " MiB");
        }
    }

    private final CompletableFuture<String> text = new CompletableFuture<>();

    // Confined to the upstream, which calls one method at a time.
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.Subscription upstream = new Flow.Subscription() {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    };

    private BoundedText() {}

    /** Reads each body so, as UTF-8. */
    static HttpResponse.BodyHandler<String> handler() {
        return head -> new BoundedText();
    }

    @Override
    public CompletionStage<String> getBody() {
        return text;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        upstream = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        for (ByteBuffer piece : pieces) {
            if (bytes.size() + piece.remaining() > MOST_MIB << 20) {
                upstream.cancel();
                text.completeExceptionally(new TooLong());
                return;
            }
            byte[] some = new byte[piece.remaining()];
            piece.get(some);
            bytes.writeBytes(some);
        }
        upstream.request(1);
    }

    @Override
    public void onError(Throwable fault) {
        text.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
        text.complete(bytes.toString(StandardCharsets.UTF_8));
    }
}
