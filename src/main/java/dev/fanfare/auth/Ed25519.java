package dev.fanfare.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSProvider;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Set;

/**
 * EdDSA by the JDK, which has it since 15: the JWT library's own would need Google Tink. See <a
 * href="https://www.rfc-editor.org/rfc/rfc8037#section-3.1">RFC 8037, 3.1</a>.
 */
final class Ed25519 {
    private static final int SIGNATURE_BYTES = 64;
    private static final String NAME = "Ed25519";
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.EdDSA);

    private Ed25519() {}

    /** What the JWT library asks of both. */
    private interface Provider extends JWSProvider {
        @Override
        default Set<JWSAlgorithm> supportedJWSAlgorithms() {
            return ALGORITHMS;
        }

        @Override
        default JCAContext getJCAContext() {
            return new JCAContext();
        }
    }

    /** Checks signatures. Thread-safe. */
    record Verifier(PublicKey key) implements Provider, JWSVerifier {
        @Override
        public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
            byte[] bytes = signature.decode();
            if (bytes.length != SIGNATURE_BYTES) {
                return false; // The JDK takes a longer one, with zeros at its end.
            }
            try {
                Signature verification = Signature.getInstance(NAME);
                verification.initVerify(key);
                verification.update(signed);
                return verification.verify(bytes);
            } catch (SignatureException e) {
                return false; // Not even formed like one.
            } catch (GeneralSecurityException e) {
                throw new JOSEException("Ed25519 does not work", e);
            }
        }
    }

    /** Signs. Thread-safe. */
    record Signer(PrivateKey key) implements Provider, JWSSigner {
        @Override
        public Base64URL sign(JWSHeader header, byte[] signed) throws JOSEException {
            try {
                Signature signing = Signature.getInstance(NAME);
                signing.initSign(key);
                signing.update(signed);
                return Base64URL.encode(signing.sign());
            } catch (GeneralSecurityException e) {
                throw new JOSEException("Ed25519 does not work", e);
            }
        }

        @Override
        public String toString() {
            return "Signer[Ed25519]";
        }
    }
}
