package dev.fanfare.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockingSourceTest extends StatusSourceContract {
    private final Map<String, BlockingSource> answers = new ConcurrentHashMap<>();
    private final StatusSource source = StatusSource.blocking(params ->
            answers.getOrDefault(params.get("id"), any -> new Reading.Missing()).read(params));

    @Override
    protected StatusSource source() {
        return source;
    }

    @Override
    protected void set(String id, String json) {
        answers.put(id, params -> Reading.of(ScriptedSource.json(json)));
    }

    @Override
    protected void remove(String id) {
        answers.remove(id);
    }

    @Override
    protected void breakDown(String id) {
        answers.put(id, params -> {
            throw new java.io.IOException("broken");
        });
    }

    @Override
    protected void hang(String id) {
        answers.put(id, params -> {
            new CountDownLatch(1).await();
            throw new AssertionError("never");
        });
    }

    @Test
    void aCancelledReadIsOpenUntilItsCodeHasReturned() throws Exception {
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch mayReturn = new CountDownLatch(1);
        answers.put("1", params -> {
            reads.countDown();
            boolean interrupted = false;
            while (mayReturn.getCount() > 0) {
                try {
                    mayReturn.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return Reading.ofText("" + interrupted);
        });
        CompletableFuture<Reading> read = begin("1");
        assertThat(reads.await(60, TimeUnit.SECONDS)).isTrue();
        read.cancel(true);
        assertThat(read).isNotDone();
        mayReturn.countDown();
        assertThat(read.handle((reading, error) -> "closed").get(60, TimeUnit.SECONDS))
                .isEqualTo("closed");
        set("1", "1");
        assertThat(value("1")).as("the next read is not interrupted").isEqualTo(ScriptedSource.json("1"));
    }

    @Test
    void aSourceThatReturnsNullFails() {
        answers.put("1", params -> nothing());
        assertThatThrownBy(() -> read("1")).hasRootCauseInstanceOf(NullPointerException.class);
    }

    @Test
    void codeThatEndsInAnErrorFailsTheReadAndThenItWorksAgain() {
        answers.put("1", params -> {
            throw new ExceptionInInitializerError("a driver can't be loaded");
        });
        assertThatThrownBy(() -> read("1")).hasCauseInstanceOf(ExceptionInInitializerError.class);
        set("1", "1");
        assertThat(value("1")).isEqualTo(ScriptedSource.json("1"));
    }

    @SuppressWarnings("NullAway")
    private static Reading nothing() {
        return null;
    }
}
