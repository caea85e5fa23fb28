package dev.fanfare.status.http;

import dev.fanfare.status.SourceFailure;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes a body up to a bound, and breaks the connection off beyond. The calls come one after the other. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private static final int MAX_UNREAD_BYTES = 64 << 10;

    private final int maxBytes;
    private final boolean isRead;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;

    private BoundedBody(int maxBytes, boolean isRead) {
        this.maxBytes = maxBytes;
        this.isRead = isRead;
    }

    /**
     * A subscriber for a response. What an error or a redirect says is read by nobody; a little of it is taken, so that the
     * connection can be used again, and the rest is no failure.
     */
    static HttpResponse.BodySubscriber<byte[]> of(HttpResponse.ResponseInfo response, HttpSourceSettings settings) {
        int maxBytes = settings.maxBytes();
        if (!settings.accepted().has(response.statusCode())) {
            return new BoundedBody(MAX_UNREAD_BYTES, false);
        }
        BoundedBody body = new BoundedBody(maxBytes, true);
        if (response.headers().firstValueAsLong("Content-Length").orElse(0) > maxBytes) {
            body.refuse();
        }
        return body;
    }

    private void refuse() {
        if (!isRead) {
            body.complete(new byte[0]);
            return;
        }
        body.completeExceptionally(tooMuch(maxBytes));
    }

    static SourceFailure tooMuch(int maxBytes) {
        return new SourceFailure("answers more than " + maxBytes + " bytes");
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (body.isDone()) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            int length = buffer.remaining();
            if (bytes.size() + (long) length > maxBytes) {
                refuse();
                cancel();
                return;
            }
            byte[] chunk = new byte[length];
            buffer.get(chunk);
            bytes.writeBytes(chunk);
        }
        if (subscription != null) {
            subscription.request(1);
        }
    }

    private void cancel() {
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable error) {
        body.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
        body.complete(bytes.toByteArray());
    }
}
