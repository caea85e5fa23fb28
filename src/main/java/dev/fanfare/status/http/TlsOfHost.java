package dev.fanfare.status.http;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/*
 * The JDK's client has an engine made for the host of the URL, and the engine checks the certificate against that. A URL with an
 * address in place of the name would be checked against the address. Here each engine is made for the name, so that the JDK
 * checks the name, and nothing but the name; keys, trust and everything else are those of the other context.
 */
/** TLS for one host, at whichever of its addresses: the certificate has to be for the host's name. Thread-safe. */
final class TlsOfHost extends SSLContextSpi {
    private static final class Context extends SSLContext {
        Context(TlsOfHost spi) {
            super(spi, spi.base.getProvider(), spi.base.getProtocol());
        }
    }

    private final SSLContext base;
    private final String host;

    private TlsOfHost(SSLContext base, String host) {
        this.base = base;
        this.host = host;
    }

    static SSLContext of(SSLContext base, String host) {
        return new Context(new TlsOfHost(base, host));
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String address, int port) {
        return base.createSSLEngine(host, port);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        throw new UnsupportedOperationException("an engine of this context is for a host");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        throw new UnsupportedOperationException("a socket would be for the address, not for the host");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        throw new UnsupportedOperationException("this context is for clients");
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        throw new KeyManagementException("keys and trust are those of another context");
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return base.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return base.getSupportedSSLParameters();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return base.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return base.getClientSessionContext();
    }
}
