package dev.fanfare.cli;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response as it comes, for one reader that waits with a limit. One piece is asked for at a time, so a reader that
 * is slow slows the server down instead of filling the memory. {@link #next} is for one thread; the rest is thread-safe.
 */
final class ByteQueue implements HttpResponse.BodySubscriber<ByteQueue> {
    private record Piece(
            List<ByteBuffer> bytes, boolean last, @Nullable Throwable fault) {}

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;
    private boolean asked = true;

    /** There from the head on, and not only at the end of the body. */
    @Override
    public CompletionStage<ByteQueue> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription upstream) {
        subscription = upstream;
        upstream.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        pieces.add(new Piece(bytes, false, null));
    }

    @Override
    public void onError(Throwable fault) {
        pieces.add(new Piece(List.of(), true, fault));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(List.of(), true, null));
    }

    /**
     * What comes next.
     *
     * @return null at the end of the body; nothing if none came within {@code patience}
     * @throws IOException if the connection broke
     */
    @Nullable
    List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
        Flow.Subscription upstream = subscription;
        if (!asked && upstream != null) {
            asked = true;
            upstream.request(1);
        }
        Piece piece = pieces.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            return List.of();
        }
        asked = false;
        if (piece.fault() != null) {
            throw piece.fault() instanceof IOException e ? e : new IOException(piece.fault());
        }
        return piece.last() ? null : piece.bytes();
    }

    /** Ends the response. */
    void cancel() {
        Flow.Subscription upstream = subscription;
        if (upstream != null) {
            upstream.cancel();
        }
    }
}
