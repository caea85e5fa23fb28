package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The suite on the WAR in Jetty. */
class JettyIT extends ServerSuite {
    JettyIT() {
        super(new JettyServer());
    }

    @Test
    void theLogHasNoFalseAlarmOfResourcesThatAreIgnored() {
        assertThat(((WarHost) host()).log()).contains("fanfare").doesNotContain("will be ignored");
    }
}
