package dev.fanfare.spring;

import dev.fanfare.stream.Batch;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.Outlet;
import dev.fanfare.wire.Frame;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/*
 * The demand of the subscriber is the room that the outlet has: a frame is taken only when it was asked for, and there is no
 * queue here.
 *
 *   write()     in the loop: as many frames as are asked for go to onNext; if there are more, `refused`
 *   request(n)  any thread: adds to the demand; if something was refused, the loop is told that there is room
 *   finish()    in the loop: onComplete
 *   abort()     in the loop: onError
 *   cancel()    any thread: the client left
 *
 * All signals but those to a subscriber that comes too late are given in the loop's thread, one at a time.
 */
/** The outlet to a subscriber of Reactive Streams, which may be one only. See https://www.reactive-streams.org, 1 and 3. */
final class DemandOutlet implements Outlet, Publisher<Frame>, Subscription {
    private enum End {
        COMPLETE,
        CUT_OFF
    }

    private final CompletableFuture<Void> cutOff = new CompletableFuture<>();

    // Guarded by this.
    private @Nullable Listener listener;
    private @Nullable Subscriber<? super Frame> subscriber;
    private @Nullable End end;
    private boolean subscribed;
    private boolean refused;
    private long demand;
    private long given;
    private long accepted;

    /** Fails when the stream is cut off, also where the subscriber can't be told, since it waits for a client that takes nothing. */
    CompletableFuture<Void> cutOff() {
        return cutOff;
    }

    /** Bytes that went on their way; of those given and not accepted a bound decides. */
    synchronized void accepted(long bytes) {
        accepted += bytes;
    }

    @Override
    public synchronized void open(Listener newListener, Selector selector) {
        listener = newListener;
    }

    @Override
    public void subscribe(Subscriber<? super Frame> newSubscriber) {
        synchronized (this) {
            if (subscribed) {
                throw new IllegalStateException("A stream goes to one client: return a new one for each request");
            }
            subscribed = true;
        }
        newSubscriber.onSubscribe(this);
        End already;
        Listener waiting;
        synchronized (this) {
            already = end;
            subscriber = already == null ? newSubscriber : null;
            waiting = already == null && refused && demand > 0 ? listener : null;
            refused = refused && waiting == null;
        }
        if (already != null) {
            tell(newSubscriber, already);
        } else if (waiting != null) {
            waiting.writable();
        }
    }

    @Override
    public int write(Batch batch, int from) {
        int taken = 0;
        for (int i = from; i < batch.size(); i++) {
            Frame frame = batch.frame(i);
            Subscriber<? super Frame> asking = ask(frame);
            if (asking == null) {
                break;
            }
            asking.onNext(frame);
            taken++;
        }
        return taken;
    }

    /** Who gets the frame; null if nobody has asked for it. */
    private synchronized @Nullable Subscriber<? super Frame> ask(Frame frame) {
        if (subscriber == null || demand == 0) {
            refused = true;
            return null;
        }
        demand--;
        given += frame.payloadBytes();
        return subscriber;
    }

    @Override
    public void request(long count) {
        Listener waiting;
        synchronized (this) {
            if (count > 0) {
                demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
            }
            waiting = refused && subscriber != null ? listener : null;
            refused = refused && waiting == null;
        }
        if (count <= 0) {
            end(End.CUT_OFF); // Reactive Streams, 3.9
            closed(CloseReason.FAILED);
        } else if (waiting != null) {
            waiting.writable();
        }
    }

    @Override
    public void cancel() {
        synchronized (this) {
            subscriber = null;
            end = end == null ? End.COMPLETE : end;
        }
        closed(CloseReason.LEFT);
    }

    @Override
    public synchronized long pendingBytes() {
        return given - accepted;
    }

    @Override
    public synchronized long acceptedBytes() {
        return accepted;
    }

    @Override
    public void finish() {
        end(End.COMPLETE);
        closed(CloseReason.ENDED);
    }

    @Override
    public void abort() {
        end(End.CUT_OFF);
    }

    private void end(End how) {
        Subscriber<? super Frame> told;
        synchronized (this) {
            if (end != null) {
                return;
            }
            end = how;
            told = subscriber;
            subscriber = null;
        }
        if (how == End.CUT_OFF) {
            cutOff.completeExceptionally(new StreamCutOff());
        }
        if (told != null) {
            tell(told, how);
        }
    }

    private static void tell(Subscriber<? super Frame> told, End how) {
        if (how == End.COMPLETE) {
            told.onComplete();
        } else {
            told.onError(new StreamCutOff());
        }
    }

    private void closed(CloseReason reason) {
        Listener told;
        synchronized (this) {
            told = listener;
        }
        if (told != null) {
            told.closed(reason);
        }
    }
}
