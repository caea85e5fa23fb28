package dev.fanfare.auth;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.security.Key;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/*
 * The library keeps the set for some minutes, fetches it again when a token names a key that is not in it, but not more often
 * than the interval allows, and goes on with the last one for some hours if it can't be fetched.
 */
/** A JSON Web Key Set that is fetched when it is needed. Thread-safe. */
final class KeySet implements VerificationKeys {
    /** Two fetches in each such interval. */
    static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(KeySet.class.getName());
    private static final int TIMEOUT_MS = 3000;
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration KEPT_IN_AN_OUTAGE = Duration.ofHours(4);
    /** Of a token that names none, this many keys are tried. */
    private static final int MOST_TRIED = 4;
    /** RFC 8410, 4: what stands before the 32 bytes of an Ed25519 key in its encoding. */
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final URL url;
    private final TokenAlgorithm algorithm;
    private final JWKSource<SecurityContext> source;
    private final String shownPlace;
    private final AtomicBoolean failing = new AtomicBoolean();

    KeySet(URL url, TokenAlgorithm algorithm) {
        this.url = url;
        this.algorithm = algorithm;
        this.shownPlace = url.getProtocol() + "://" + url.getHost() + url.getPath();
        source = JWKSourceBuilder.<SecurityContext>create(url, new Retriever())
                .cache(KEPT.toMillis(), 3L * TIMEOUT_MS)
                .refreshAheadCache(false)
                .rateLimited(INTERVAL.toMillis())
                .outageTolerant(KEPT_IN_AN_OUTAGE.toMillis())
                .build();
    }

    /** Goes nowhere but to the place that the operator has named. */
    private static final class Retriever extends DefaultResourceRetriever {
        Retriever() {
            super(TIMEOUT_MS, TIMEOUT_MS, KeySetLocation.MAX_BYTES);
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            HttpURLConnection connection = super.openHTTPConnection(url);
            connection.setInstanceFollowRedirects(false);
            return connection;
        }
    }

    /** Those keys of a set that tokens may be signed by. */
    static List<JWK> fitting(JWKSet set, TokenAlgorithm algorithm) {
        return new JWKSelector(matcher(algorithm).build())
                .select(set).stream().filter(KeySet::isForVerifying).toList();
    }

    private static JWKMatcher.Builder matcher(TokenAlgorithm algorithm) {
        return new JWKMatcher.Builder()
                .keyType(KeyType.forAlgorithm(algorithm.jws()))
                .algorithms(algorithm.jws(), null)
                .keyUses(KeyUse.SIGNATURE, null);
    }

    private static boolean isForVerifying(JWK key) {
        return key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
    }

    @Override
    public Outcome verify(JWSObject token) {
        String id = token.getHeader().getKeyID();
        JWKMatcher.Builder wanted = matcher(algorithm);
        if (id != null) {
            wanted.keyID(id);
        }
        try {
            List<JWK> keys = source.get(new JWKSelector(wanted.build()), null);
            recovered();
            List<JWK> tried = keys.stream()
                    .filter(KeySet::isForVerifying)
                    .limit(MOST_TRIED)
                    .toList();
            if (tried.isEmpty()) {
                return Outcome.UNKNOWN_KEY;
            }
            return tried.stream().anyMatch(key -> isBy(key, token)) ? Outcome.GOOD : Outcome.BAD;
        } catch (RateLimitReachedException e) {
            return failing.get() ? Outcome.NO_KEYS : Outcome.UNKNOWN_KEY;
        } catch (KeySourceException e) {
            failed(e);
            return Outcome.NO_KEYS;
        }
    }

    private boolean isBy(JWK jwk, JWSObject token) {
        try {
            Key key = key(jwk);
            return key != null && VerificationKeys.verify(token, TokenKey.verifier(algorithm, key));
        } catch (JOSEException | InvalidKeySpecException | IllegalArgumentException e) {
            return false; // A key of another curve or size is none for this algorithm.
        }
    }

    /** The JDK has Ed25519, the library has not. */
    private static @Nullable Key key(JWK jwk) throws JOSEException, InvalidKeySpecException {
        if (jwk instanceof OctetKeyPair pair) {
            byte[] x = pair.getDecodedX();
            byte[] encoded = new byte[ED25519_PREFIX.length + x.length];
            System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
            System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
            return Pem.factory(TokenAlgorithm.Family.ED25519).generatePublic(new X509EncodedKeySpec(encoded));
        }
        return jwk instanceof AsymmetricJWK pair ? pair.toPublicKey() : null;
    }

    private void failed(KeySourceException e) {
        if (!failing.getAndSet(true)) {
            LOG.log(WARNING, "The key set " + shownPlace + " can't be had, so tokens can't be checked: " + reason(e));
        }
    }

    /** What the JDK says names the URL, whose query may hold a secret. */
    private String reason(KeySourceException e) {
        String words = String.valueOf(e.getMessage()).replace(url.toString(), "the URL");
        String query = url.getQuery();
        return query == null || !words.contains(query) ? words : e.getClass().getSimpleName();
    }

    private void recovered() {
        if (failing.getAndSet(false)) {
            LOG.log(INFO, "The key set " + shownPlace + " is there again");
        }
    }

    @Override
    public boolean change() {
        return true;
    }

    @Override
    public void close() {
        if (source instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.log(WARNING, "The key set " + shownPlace + " could not be let go", e);
            }
        }
    }

    @Override
    public String toString() {
        return "KeySet[" + shownPlace + "]";
    }
}
