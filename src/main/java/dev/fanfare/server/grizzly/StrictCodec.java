package dev.fanfare.server.grizzly;

import dev.fanfare.server.grizzly.limit.ConnectionLimit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.FilterChainEvent;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.http.ChunkedTransferEncoding;
import org.glassfish.grizzly.http.HttpCodecFilter;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpContext;
import org.glassfish.grizzly.http.HttpEvents;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpPacketParsing;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.HttpServerFilter;
import org.glassfish.grizzly.http.TransferEncoding;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.http.server.ServerConfiguration;
import org.glassfish.grizzly.http.util.Header;
import org.glassfish.grizzly.http.util.MimeHeaders;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;

/*
 * bytes ---> handleRead -----> decodeHttpPacket ----> Grizzly's parser ---> resources
 *            waits until the   checks the head        reads it
 *            last answer is
 *            taken
 *
 * A client may send a thousand requests at once. Each of them but the first goes behind what waits for a worker thread, or
 * a few such clients would have all threads for as long as that takes.
 */
/**
 * Grizzly's HTTP/1.1, made strict: nothing is served of a request whose framing two servers may read differently (see {@link
 * HeadCheck} and {@link ChunkCheck}), and the next request of a connection is taken only when the answer to the last one has
 * left. Thread-safe.
 */
final class StrictCodec extends HttpServerFilter {
    /** The request of a connection that is being read; Grizzly makes the attribute under this name. */
    private static final Attribute<HttpRequestPacket> READING =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(HTTP_SERVER_REQUEST_ATTR_NAME);

    /** Whether a request was served of what was read last, so that the next one was sent on its heels. */
    private static final Attribute<Boolean> SERVED =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(StrictCodec.class.getName() + ".served");

    /** RFC 9112, 2.2: some clients send an empty line after a form. */
    private static final int MOST_EMPTY_BYTES = 16;

    private final int mostHeadBytes;
    private final Backlog backlog;
    private final ConnectionLimit limit;
    private final Arrivals heads;
    private final Arrivals remainders;
    private final Linger linger;
    private final HttpDate date;

    @SuppressWarnings("deprecation") // Grizzly announces a builder that it does not have yet
    StrictCodec(
            NetworkListener listener,
            ServerConfiguration configuration,
            Backlog backlog,
            ConnectionLimit limit,
            Arrivals heads,
            Arrivals remainders,
            Linger linger,
            HttpDate date) {
        super(
                listener.isChunkingEnabled(),
                listener.getMaxHttpHeaderSize() < 0
                        ? DEFAULT_MAX_HTTP_PACKET_HEADER_SIZE
                        : listener.getMaxHttpHeaderSize(),
                null,
                listener.getKeepAlive(),
                null,
                listener.getMaxRequestHeaders(),
                listener.getMaxResponseHeaders());
        this.mostHeadBytes = maxHeadersSize;
        this.backlog = backlog;
        this.limit = limit;
        this.heads = heads;
        this.remainders = remainders;
        this.linger = linger;
        this.date = date;
        // Asked for in the resources, which refuse such a body with an answer of their own.
        setAllowPayloadForUndefinedHttpMethods(true);
        setMaxPayloadRemainderToSkip(configuration.getMaxPayloadRemainderToSkip());
        for (TransferEncoding encoding : getTransferEncodings()) {
            if (encoding instanceof ChunkedTransferEncoding) {
                removeTransferEncoding(encoding);
                addTransferEncoding(new ChunkCheck(encoding));
            }
        }
    }

    @Override
    public NextAction handleRead(FilterChainContext context) throws IOException {
        NIOConnection connection = (NIOConnection) context.getConnection();
        if (Linger.isClosing(connection)) { // what came on the heels of the last request
            return context.getStopAction();
        }
        if (READING.get(connection) == null) {
            boolean follows = SERVED.remove(context) != null;
            remainders.whole(connection);
            if (Backlog.of(connection) > 0) {
                return untilTaken(context, connection);
            }
            if (follows) {
                return behindOthers(context, connection);
            }
            SERVED.set(context, true);
        }
        NextAction next = super.handleRead(context);
        // A body that is just being read, which is done blocking, must see that it is broken. Any other request ends
        // here;
        // further on it would be taken for one that can be served.
        boolean isRequest = !context.getTransportContext().isBlocking();
        if (isRequest && context.getMessage() instanceof HttpContent content && HttpContent.isBroken(content)) {
            NextAction end = context.getSuspendAction();
            context.completeAndRecycle();
            return end;
        }
        return next;
    }

    /** Comes back when the requests of others have been served that wait for a thread. */
    private static NextAction behindOthers(FilterChainContext context, NIOConnection connection) {
        context.suspend();
        NextAction wait = context.getSuspendAction();
        connection.getTransport().getWorkerThreadPool().execute(context::resume);
        return wait;
    }

    /** Comes back when everything in the connection's queue has been written. The connection is not read meanwhile. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // as Grizzly declares it
    private NextAction untilTaken(FilterChainContext context, NIOConnection connection) {
        context.suspend();
        NextAction wait = context.getSuspendAction();
        backlog.watch(connection);
        connection
                .getTransport()
                .getWriter(connection)
                .write(connection, Buffers.EMPTY_BUFFER, new EmptyCompletionHandler() {
                    @Override
                    public void completed(Object result) {
                        connection.getTransport().getWorkerThreadPool().execute(context::resume);
                    }
                });
        return wait;
    }

    @Override
    protected boolean decodeHttpPacket(FilterChainContext context, HttpPacketParsing packet, Buffer input) {
        HttpCodecFilter.HeaderParsingState state = packet.getHeaderParsingState();
        int end = input.limit();
        int from = input.position();
        while (from < end && isLineEnd(input.get(from))) {
            from++;
        }
        if (from - input.position() > MOST_EMPTY_BYTES) {
            throw HeadRefused.badRequest("A request must begin with its request line; one empty line may precede it.");
        }
        boolean hasBegun = state.checkpoint2 >= 0;
        if (from == end || !isWhole(state, input, from, end)) {
            heads.begun(context.getConnection());
            return false;
        }
        boolean wasInTime = heads.whole(context.getConnection());
        if (hasBegun && !wasInTime) {
            return false; // its connection is closing
        }
        limit.busy(context.getConnection());
        state.initialize(this, from, mostHeadBytes);
        state.set(0, 0, from, from);
        state.checkpoint2 = -1;
        return super.decodeHttpPacket(context, packet, input);
    }

    private static boolean isLineEnd(byte sign) {
        return sign == '\r' || sign == '\n';
    }

    /** Whether a head has come whole; it is sound then. What was looked at before is looked at again only if need be. */
    private boolean isWhole(HttpCodecFilter.HeaderParsingState state, Buffer input, int from, int end) {
        int seen = state.checkpoint2;
        if (seen >= 0 && end - from <= mostHeadBytes && !isTelling(input, seen, end)) {
            state.checkpoint2 = Math.max(seen, end - 1);
            return false;
        }
        byte[] bytes;
        int offset;
        if (input.hasArray()) {
            bytes = input.array();
            offset = input.arrayOffset();
        } else {
            bytes = new byte[Math.min(end - from, mostHeadBytes + 1)];
            offset = -from;
            input.toByteBuffer(from, from + bytes.length).get(bytes);
        }
        int last = Math.min(end, from + mostHeadBytes + 1);
        int headEnd = HeadCheck.check(bytes, offset + from, offset + last);
        if (headEnd >= 0 && headEnd - offset - from <= mostHeadBytes) {
            return true;
        }
        if (last - from > mostHeadBytes) {
            throw tooLarge(bytes, offset + from, offset + last);
        }
        // The CR of a line's end may be the last byte so far.
        state.checkpoint2 = Math.max(from, last - 1);
        return false;
    }

    /** Looks at no more than what has come since, since a client may send a head byte by byte. */
    private static boolean isTelling(Buffer input, int from, int end) {
        byte[] bytes = new byte[end - from];
        input.toByteBuffer(from, end).get(bytes);
        return HeadCheck.isTelling(bytes, 0, bytes.length);
    }

    private HeadRefused tooLarge(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '\n') {
                return new HeadRefused(431, "The head has more than " + mostHeadBytes + " bytes; send less.");
            }
        }
        return new HeadRefused(414, "The request target has more than " + mostHeadBytes + " bytes; send less.");
    }

    /**
     * What a client would rather speak is ignored, as it may be (RFC 9110, 7.8): Java's own HTTP client asks for {@code h2c}
     * with its first requests. Grizzly would take the body for the other protocol's bytes, and close the connection behind the
     * answer without a word.
     */
    @Override
    protected void onHttpHeadersParsed(HttpHeader head, MimeHeaders headers, FilterChainContext context) {
        head.getUpgradeDC().recycle();
    }

    /** Grizzly heeds {@code Connection: close} only where it stands alone. */
    @Override
    protected boolean onHttpHeaderParsed(HttpHeader head, Buffer buffer, FilterChainContext context) {
        boolean error = super.onHttpHeaderParsed(head, buffer, context);
        for (String connection : head.getHeaders().values(Header.Connection)) {
            for (String option : connection.split(",", -1)) {
                if (option.strip().equalsIgnoreCase("close")) {
                    ((HttpRequestPacket) head).getProcessingState().setKeepAlive(false);
                }
            }
        }
        return error;
    }

    @Override
    protected void onHttpHeaderError(HttpHeader head, FilterChainContext context, Throwable error) {
        refuse((HttpRequestPacket) head, context, error);
    }

    @Override
    protected void onHttpContentError(HttpHeader head, FilterChainContext context, Throwable error) {
        HttpRequestPacket request = (HttpRequestPacket) head;
        head.setContentBroken(true);
        if (!request.getResponse().isCommitted()) {
            refuse(request, context, error);
        }
    }

    private void refuse(HttpRequestPacket request, FilterChainContext context, Throwable error) {
        HeadRefused refused = error instanceof HeadRefused known
                ? known
                : HeadRefused.badRequest("The request can't be read; send it in the form of HTTP/1.1 (RFC 9112).");
        byte[] answer = Refusal.bytes(refused, date.text(), !isHead(context));
        request.getResponse().setCommitted(true);
        context.write(Buffers.wrap(context.getMemoryManager(), answer));
        linger.close((NIOConnection) context.getConnection());
        backlog.watch((NIOConnection) context.getConnection());
    }

    /** Whether there is more of a request that has been answered. */
    private static boolean isSkipping(HttpRequestPacket request) {
        return request.isExpectContent() && request.isSkipRemainder();
    }

    private void skip(NIOConnection connection, boolean goesOn) {
        if (goesOn) {
            remainders.begun(connection);
        } else {
            linger.close(connection);
        }
    }

    private static boolean isHead(FilterChainContext context) {
        return context.getMessage() instanceof Buffer input
                && input.limit() >= 5
                && input.toStringContent(StandardCharsets.ISO_8859_1, 0, 5).equals("HEAD ");
    }

    @Override
    public NextAction handleEvent(FilterChainContext context, FilterChainEvent event) throws IOException {
        if (event.type() != HttpEvents.ResponseCompleteEvent.TYPE) {
            return super.handleEvent(context, event);
        }
        NIOConnection connection = (NIOConnection) context.getConnection();
        NextAction next;
        if (endsConnection(context)) {
            linger.close(connection);
            next = context.getStopAction();
        } else {
            next = super.handleEvent(context, event);
        }
        limit.idle(connection);
        backlog.watch(connection);
        HttpRequestPacket request = READING.get(connection);
        if (request != null && isSkipping(request)) {
            skip(connection, request.getProcessingState().isKeepAlive());
        }
        return next;
    }

    /** Whether the connection ends with this answer, to a request that came whole. More may have come behind it. */
    private static boolean endsConnection(FilterChainContext context) {
        HttpRequestPacket request = HttpContext.get(context).getRequest();
        return context.getConnection().isOpen()
                && !request.isExpectContent()
                && !request.isUpgrade()
                && !request.getProcessingState().isKeepAlive();
    }
}
