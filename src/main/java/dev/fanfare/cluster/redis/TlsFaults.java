package dev.fanfare.cluster.redis;

import dev.fanfare.history.HistoryRefused;
import java.io.EOFException;
import java.net.SocketException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/** Says why there is no connection to a server: what an operator has to change, or that it does not answer. Stateless. */
final class TlsFaults {
    private TlsFaults() {}

    /** A {@link RedisAway} if the next attempt may work by itself; a {@link HistoryRefused} if somebody has to do something. */
    static RuntimeException inWords(RedisUrl.Host server, boolean encrypted, JedisException e) {
        String at = server.name() + ":" + server.port();
        SSLException tls = cause(e, SSLException.class);
        if (tls == null || cause(tls, EOFException.class) != null) {
            return RedisAway.notReached(silence(at, encrypted, e), e);
        }
        return HistoryRefused.forNow("fanfare.cluster.url: " + reason(at, tls), e);
    }

    /* A Redis that meets the wrong kind of connection says nothing: on its TLS port it closes what begins in clear text, and on
     * the other one it waits for the end of what it takes for a line. */
    private static String silence(String at, boolean encrypted, JedisException e) {
        String words = String.valueOf(e.getMessage());
        boolean wasClosed = words.startsWith("Unexpected end of stream")
                || cause(e, EOFException.class) != null
                || cause(e, SocketException.class) != null;
        if (words.startsWith("Failed to connect") || !(wasClosed || encrypted)) {
            return "No Redis answers at " + at;
        }
        if (!encrypted) {
            return "The server at " + at
                    + " closes connections at once; if that port speaks TLS, fanfare.cluster.url has to"
                    + " begin with rediss:// or rediss-sentinel://";
        }
        return "The server at " + at + (wasClosed ? " closes connections" : " does not answer")
                + " while TLS begins; does that port speak TLS?";
    }

    private static String reason(String at, SSLException e) {
        CertificateException certificate = cause(e, CertificateException.class);
        if (cause(e, InvalidAlgorithmParameterException.class) != null) {
            return "this JVM trusts no authority; put the one of the Redis at " + at
                    + " into the file that the system property javax.net.ssl.trustStore names";
        }
        if (cause(e, CertificateExpiredException.class) != null
                || cause(e, CertificateNotYetValidException.class) != null) {
            return "the certificate of the Redis at " + at + " is not valid now (" + deepest(e)
                    + "); renew it, or set the clock";
        }
        if (cause(e, CertPathBuilderException.class) != null || cause(e, CertPathValidatorException.class) != null) {
            return "this JVM does not trust the certificate of the Redis at " + at
                    + "; put the authority that signed it into a trust store, and name that file with the system property"
                    + " javax.net.ssl.trustStore (see docs/reference/redis.md)";
        }
        if (certificate != null) {
            return "the certificate of the Redis at " + at + " is not for the host that the URL or a sentinel names ("
                    + deepest(e)
                    + "); use a name of the certificate there (sentinel announce-hostnames yes), or one that has this"
                    + " name as subjectAltName";
        }
        String words = String.valueOf(e.getMessage());
        if (words.contains("certificate_required")
                || words.contains("bad_certificate")
                || words.contains("unknown_ca")) {
            return "the Redis at " + at + " does not take the certificate of this node, or misses one (" + words
                    + "); name a key store with the system property javax.net.ssl.keyStore, or set tls-auth-clients no there";
        }
        return "no TLS with the server at " + at + " (" + words
                + "); if that port does not speak TLS, the URL has to begin with redis:// or redis-sentinel://";
    }

    private static String deepest(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }
}
