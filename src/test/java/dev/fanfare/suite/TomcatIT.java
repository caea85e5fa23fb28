package dev.fanfare.suite;

/** The suite on the WAR in Tomcat. */
class TomcatIT extends OwnJerseySuite {
    TomcatIT() {
        super(new TomcatServer());
    }
}
