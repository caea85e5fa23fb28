package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.problem.ProblemException;
import dev.fanfare.sink.BlockingPool;
import dev.fanfare.testing.RawHttp;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class PendingAnswersTest {
    private final BlockingPool pool = new BlockingPool();
    private final Late late = new Late(new PendingAnswers(pool));
    private final RestServer server = new RestServer(CorsSettings.none(), late);

    @AfterEach
    void close() {
        server.close();
        pool.close();
    }

    /** What a resource waits for, until a test says that it is there. */
    @Path("late")
    public static final class Late {
        private final PendingAnswers answers;
        private final CompletableFuture<String> stage = new CompletableFuture<>();
        private final CountDownLatch asked = new CountDownLatch(1);

        Late(PendingAnswers answers) {
            this.answers = answers;
        }

        @GET
        public void get(@Suspended AsyncResponse answer) {
            answers.resume(
                    answer,
                    stage,
                    Duration.ofHours(1),
                    () -> ProblemException.unavailable("late", Duration.ofSeconds(1)),
                    (text, error) -> Response.ok(text).build());
            asked.countDown();
        }
    }

    /** A node that ends closes its pool while others still complete what publishers wait for. */
    @Test
    void anAnswerThatIsDueAfterThePoolHasClosedIsGivenAllTheSame() throws InterruptedException {
        CompletableFuture<RawHttp.Answer> answer =
                CompletableFuture.supplyAsync(() -> RawHttp.request(server.port(), "GET", "/late", List.of(), ""));
        assertThat(late.asked.await(60, TimeUnit.SECONDS)).isTrue();

        pool.close();
        late.stage.complete("kept");

        assertThat(answer.orTimeout(60, TimeUnit.SECONDS).join().body()).isEqualTo("kept");
    }
}
