package dev.fanfare.status.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.hub.BatchesSeen;
import dev.fanfare.status.ScriptedSource;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.status.StatusUrl;
import dev.fanfare.stream.Batch;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the clients of one watch share. */
class StatusFanOutTest {
    private final ManualTicker ticker = new ManualTicker();
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker, 1);
    private final Statuses statuses = new Statuses(loops, () -> 1.0);

    @AfterEach
    void close() {
        statuses.close();
        loops.close();
    }

    private void set(String json) {
        statuses.set("jobs", Map.of("job", "1"), ScriptedSource.json(json))
                .toCompletableFuture()
                .join();
    }

    @Test
    void allClientsOfAWatchGetOneBatchForAnEventWheneverTheyJoined() {
        statuses.registerPushed("jobs", SourceSettings.builder().params("job").build());
        StatusUrl url = statuses.url("jobs", Map.of("job", List.of("1")));
        List<BatchesSeen> clients = new ArrayList<>();
        set("{\"n\":0}");
        for (int n = 1; n <= 8; n++) {
            for (int i = 0; i < 5; i++) {
                BatchesSeen client = new BatchesSeen();
                statuses.join(url, null, client, reason -> {});
                clients.add(client);
            }
            String data = "data: {\"n\":" + n + "}\n\n";
            set("{\"n\":" + n + "}");
            await().untilAsserted(() -> assertThat(clients)
                    .allSatisfy(client -> assertThat(lastText(client)).endsWith(data)));
            Batch shared = clients.get(0).last();
            assertThat(clients).allSatisfy(client -> assertThat(client.last()).isSameAs(shared));
        }
    }

    private static String lastText(BatchesSeen client) {
        Batch last = client.last();
        return last.size() == 0 ? "" : last.frame(last.size() - 1).payloadText();
    }
}
