package dev.fanfare.server.grizzly;

import java.util.concurrent.atomic.AtomicLong;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpRequestPacket;

/*
 * codec ---> head with a part of the body ---> here, until the rest has come ---> resources
 *
 * What is handed on before it is whole, the resources read with threads that wait (see RequestBodies), of which there are few.
 */
/**
 * Holds a request until its body has come, so that no thread waits for one. Not held are requests that ask whether they may send
 * a body ({@code Expect}), those that are refused for their length, and any while all together hold as much as they may.
 * Thread-safe.
 */
final class BodyGather extends BaseFilter {
    /** How much of a body is held. */
    private static final Attribute<Integer> HELD =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(BodyGather.class.getName() + ".held");

    /** The request that was handed on before its body was whole. */
    private static final Attribute<HttpRequestPacket> HANDED_ON =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(BodyGather.class.getName() + ".handed-on");

    private volatile int mostBytes;
    private final long mostOfAll;
    private final Arrivals arrivals;
    private final AtomicLong heldBytes = new AtomicLong();

    /**
     * A filter for all connections.
     *
     * @param mostBytes of a body that resources read
     * @param mostOfAll of all bodies that are held
     */
    BodyGather(int mostBytes, long mostOfAll, Arrivals arrivals) {
        this.mostBytes = mostBytes;
        this.mostOfAll = mostOfAll;
        this.arrivals = arrivals;
    }

    /** Has another bound for bodies that come from now on. */
    void take(int newMostBytes) {
        mostBytes = newMostBytes;
    }

    @Override
    public NextAction handleRead(FilterChainContext context) {
        if (!(context.getMessage() instanceof HttpContent content)
                || context.getTransportContext().isBlocking()) {
            return context.getInvokeAction();
        }
        Connection<?> connection = context.getConnection();
        HttpRequestPacket request = (HttpRequestPacket) content.getHttpHeader();
        boolean isHeld = HELD.get(connection) != null;
        if (!isHeld && (content.isLast() || HANDED_ON.get(connection) == request)) {
            return context.getInvokeAction();
        }
        if (content.isLast() || HttpContent.isBroken(content)) {
            return release(connection) ? context.getInvokeAction() : ended(context);
        }
        if (mayBeHeld(request) && hold(connection, content.getContent().remaining())) {
            return context.getStopAction(content);
        }
        if (isHeld && !release(connection)) {
            return ended(context);
        }
        HANDED_ON.set(connection, request);
        return context.getInvokeAction();
    }

    private boolean mayBeHeld(HttpRequestPacket request) {
        return !request.requiresAcknowledgement() && request.getContentLength() <= mostBytes;
    }

    /** Whether this much may be held. */
    private boolean hold(Connection<?> connection, int bytes) {
        Integer before = HELD.get(connection);
        int more = bytes - (before == null ? 0 : before);
        if (bytes > mostBytes || heldBytes.get() + more > mostOfAll) {
            return false;
        }
        heldBytes.addAndGet(more);
        HELD.set(connection, bytes);
        if (before == null) {
            arrivals.begun(connection);
        }
        arrivals.came(connection, more);
        return true;
    }

    /** Holds no more; false if the body took too long, and the connection ends. */
    private boolean release(Connection<?> connection) {
        forget(connection);
        return arrivals.whole(connection);
    }

    private void forget(Connection<?> connection) {
        Integer held = HELD.remove(connection);
        if (held != null) {
            heldBytes.addAndGet(-held);
        }
    }

    private static NextAction ended(FilterChainContext context) {
        return context.getStopAction();
    }

    @Override
    public NextAction handleClose(FilterChainContext context) {
        forget(context.getConnection());
        arrivals.whole(context.getConnection());
        HANDED_ON.remove(context.getConnection());
        return context.getInvokeAction();
    }

    /** How many bytes are held. */
    long held() {
        return heldBytes.get();
    }
}
