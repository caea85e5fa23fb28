package dev.fanfare.suite;

/** The suite on the WAR in Jetty. */
class JettyIT extends OwnJerseySuite {
    JettyIT() {
        super(new JettyServer());
    }
}
