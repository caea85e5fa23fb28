package dev.fanfare.suite;

import java.util.Map;

/** The suite on the WAR in Tomcat. */
class TomcatIT extends HttpSuite {
    @Override
    Host start(Map<String, String> settings) {
        return ServletHost.tomcat("tomcat", settings);
    }
}
