package dev.fanfare.server.grizzly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testing.ManualTicker;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.nio.transport.TCPNIOConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final List<Connection<?>> late = new ArrayList<>();
    private final Arrivals arrivals = new Arrivals(ticker, LONGEST, late::add);
    private final TCPNIOTransport transport =
            TCPNIOTransportBuilder.newInstance().build();
    private final List<SocketChannel> channels = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private Connection<?> connection() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channels.add(channel);
        return new TCPNIOConnection(transport, channel);
    }

    @Test
    void whatIsWholeInTimeIsNotLate() throws IOException {
        Connection<?> connection = connection();
        arrivals.begun(connection);
        ticker.advance(LONGEST.minusMillis(1));

        assertThat(arrivals.whole(connection)).isTrue();
        ticker.advance(LONGEST);
        assertThat(late).isEmpty();
        assertThat(arrivals.size()).isZero();
    }

    @Test
    void whatTakesTooLongEndsOnceWithinASecondOfItsTime() throws IOException {
        Connection<?> connection = connection();
        arrivals.begun(connection);

        ticker.advance(LONGEST.minusMillis(1));
        assertThat(late).isEmpty();
        ticker.advance(SECOND);
        assertThat(late).containsExactly(connection);
        assertThat(arrivals.whole(connection)).as("given up").isFalse();
        ticker.advance(LONGEST);
        assertThat(late).hasSize(1);
    }

    @Test
    void moreOfTheSameGivesNoMoreTime() throws IOException {
        Connection<?> connection = connection();
        arrivals.begun(connection);
        for (int i = 0; i < 25; i++) {
            ticker.advance(SECOND);
            if (late.isEmpty()) {
                arrivals.begun(connection); // a drop of a head
            }
        }
        assertThat(late).containsExactly(connection);
    }

    @Test
    void bytesGiveTimeByTheRateThatIsTheLeast() throws IOException {
        Connection<?> slow = connection();
        Connection<?> fast = connection();
        arrivals.begun(slow);
        arrivals.begun(fast);
        for (int second = 0; second < 60; second++) {
            arrivals.came(slow, 2048);
            arrivals.came(fast, 4096);
            ticker.advance(SECOND);
        }

        assertThat(late).containsExactly(slow);
        assertThat(arrivals.whole(fast)).isTrue();
    }

    @Test
    void bytesOfWhatHasNotBegunOrIsWholeCountForNothing() throws IOException {
        Connection<?> connection = connection();
        arrivals.came(connection, 1 << 20);
        assertThat(arrivals.size()).isZero();
        assertThat(arrivals.whole(connection)).isFalse();

        arrivals.begun(connection);
        ticker.advance(LONGEST.plus(SECOND));
        assertThat(late)
                .as("with the time that the earlier bytes would have given")
                .containsExactly(connection);
    }

    @Test
    void aConnectionThatHasClosedIsForgottenAndNotEndedAgain() throws IOException {
        Connection<?> gone = connection();
        Connection<?> stays = connection();
        arrivals.begun(gone);
        arrivals.begun(stays);
        gone.terminateSilently();

        ticker.advance(SECOND);
        assertThat(arrivals.size()).isEqualTo(1);
        ticker.advance(LONGEST);
        assertThat(late).containsExactly(stays);
    }

    @Test
    void aConnectionMayBeginAgainAfterItWasWhole() throws IOException {
        Connection<?> connection = connection();
        arrivals.begun(connection);
        ticker.advance(LONGEST.dividedBy(2));
        arrivals.whole(connection);
        arrivals.begun(connection);
        ticker.advance(LONGEST.minusMillis(1));
        assertThat(late).isEmpty();
        ticker.advance(SECOND);
        assertThat(late).containsExactly(connection);
    }
}
