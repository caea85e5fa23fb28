package dev.fanfare.server.grizzly;

import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.ssl.SSLBaseFilter;
import org.glassfish.grizzly.ssl.SSLConnectionContext;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.ssl.SSLUtils;

/*
 * Grizzly decrypts all records that have come at once. One that the engine answers, such as a client's update of its keys, makes
 * it forget those behind it, and the connection is out of step. So it gets one record at a time here.
 *
 * It answers each of them, too, and what a client does not read of the answers waits in a queue without a bound.
 */
/**
 * Grizzly's TLS, for records that hold no data between some that do (RFC 8446, 4.6.3 and 5.1): nothing is lost behind one, and a
 * client that sends many is closed. Thread-safe.
 */
final class TlsRecords extends SSLBaseFilter {
    /** Of one connection, behind its handshake. A client updates its keys after millions of records. */
    static final int MOST_WITHOUT_DATA = 100;

    private static final Attribute<Integer> WITHOUT_DATA =
            Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(TlsRecords.class.getName() + ".without-data");

    TlsRecords(SSLEngineConfigurator engines) {
        super(engines);
    }

    @Override
    protected NextAction unwrapAll(FilterChainContext context, SSLConnectionContext tls) throws SSLException {
        Buffer input = context.getMessage();
        Buffer data = null;
        while (isWhole(input)) {
            int end = input.position() + SSLUtils.getSSLPacketSize(input);
            Buffer rest = input.limit() > end ? input.split(end) : null;
            context.setMessage(input);
            NextAction action = super.unwrapAll(context, tls);
            if (action.type() == context.getInvokeAction().type()) {
                data = Buffers.appendBuffers(context.getMemoryManager(), data, context.getMessage());
            } else if (tls.getSslEngine().isInboundDone() || !maySendMore(context.getConnection(), tls)) {
                return action;
            }
            if (rest == null) {
                input = null;
                break;
            }
            input = rest;
        }
        if (data == null) {
            return context.getStopAction(input);
        }
        context.setMessage(data);
        return context.getInvokeAction(input);
    }

    private static boolean isWhole(Buffer input) throws SSLException {
        int size = SSLUtils.getSSLPacketSize(input);
        return size >= 0 && input.remaining() >= size;
    }

    /** Counts a record without data; false if the connection is closed for it. */
    private static boolean maySendMore(Connection<?> connection, SSLConnectionContext tls) {
        if (tls.getSslEngine().getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            return true; // a handshake has a bound on its time
        }
        Integer before = WITHOUT_DATA.get(connection);
        int count = before == null ? 1 : before + 1;
        WITHOUT_DATA.set(connection, count);
        if (count > MOST_WITHOUT_DATA) {
            connection.terminateSilently();
            return false;
        }
        return true;
    }
}
