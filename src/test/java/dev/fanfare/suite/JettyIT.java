package dev.fanfare.suite;

/** The suite on the WAR in Jetty. */
class JettyIT extends ServerSuite {
    JettyIT() {
        super(new JettyServer());
    }
}
