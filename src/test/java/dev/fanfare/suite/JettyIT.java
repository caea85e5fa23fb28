package dev.fanfare.suite;

import java.util.Map;

/** The suite on the WAR in Jetty. */
class JettyIT extends HttpSuite {
    @Override
    Host start(Map<String, String> settings) {
        return ServletHost.jetty("jetty", settings);
    }
}
