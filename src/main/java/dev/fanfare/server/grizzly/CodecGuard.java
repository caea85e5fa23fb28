package dev.fanfare.server.grizzly;

import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.FilterChainEvent;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpEvents.IncomingHttpUpgradeEvent;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.server.AddOn;
import org.glassfish.grizzly.http.server.NetworkListener;

/**
 * Stands behind Grizzly's codec and sets right two things. Thread-safe.
 *
 * <ul>
 *   <li>What a client would rather speak is ignored, as it may be (RFC 9110, 7.8): Java's own HTTP client asks for {@code h2c}
 *       with its first requests. Grizzly would take the body for the other protocol's bytes, and close the connection behind
 *       the answer without a word.
 *   <li>A request whose first chunk is malformed has got its 400 from the codec. It ends here; further on it would be taken for
 *       a request that can be served, and anybody could fill the log with stack traces.
 * </ul>
 */
final class CodecGuard extends BaseFilter implements AddOn {
    @Override
    public void setup(NetworkListener listener, FilterChainBuilder filters) {
        filters.add(filters.indexOfType(HttpServerFilter.class) + 1, this);
    }

    /** Comes after the head is parsed and before anything follows from it. */
    @Override
    public NextAction handleEvent(FilterChainContext context, FilterChainEvent event) {
        if (event instanceof IncomingHttpUpgradeEvent upgrade) {
            HttpHeader head = upgrade.getHttpHeader();
            head.setIgnoreContentModifiers(false);
            head.getUpgradeDC().recycle();
        }
        return context.getInvokeAction();
    }

    @Override
    public NextAction handleRead(FilterChainContext context) {
        // A body that is just being read, which is done blocking, must see it.
        boolean isRequest = !context.getTransportContext().isBlocking();
        if (isRequest && context.getMessage() instanceof HttpContent content && HttpContent.isBroken(content)) {
            NextAction end = context.getSuspendAction();
            context.completeAndRecycle();
            return end;
        }
        return context.getInvokeAction();
    }
}
