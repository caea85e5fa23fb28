package dev.fanfare.suite;

/** The suite on the WAR in Tomcat. */
class TomcatIT extends ServerSuite {
    TomcatIT() {
        super(new TomcatServer());
    }
}
