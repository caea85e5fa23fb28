package dev.fanfare.bench;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.GroupAppend;
import dev.fanfare.cluster.redis.RedisSharedLog;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.log.SharedLog;
import dev.fanfare.log.SharedLog.Known;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.stream.SystemTicker;
import dev.fanfare.testing.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * Measures the log on Redis without HTTP, with records of 240 bytes, on a Redis that it starts: the processor time of Redis for
 * an event, beside plain pipelined XADD; grouped appends beside single ones, with a sync before each answer; memory for an event.
 */
@Command(name = "shared-log", mixinStandardHelpOptions = true, description = "Measures the log on Redis.")
final class SharedLogBenchmark implements Callable<Integer> {
    private static final byte[] RECORD = "r".repeat(240).getBytes(StandardCharsets.UTF_8);
    private static final int BATCH = 64;
    private static final HistorySettings BOUNDS = new HistorySettings(10_000_000, Duration.ofDays(1), 4L << 30, 1000);

    @Option(names = "--seconds", defaultValue = "4", description = "How long each row runs in a round.")
    private int seconds;

    @Option(names = "--rounds", defaultValue = "3", description = "How often each row runs.")
    private int rounds;

    @Option(names = "--publishers", defaultValue = "256", description = "Publishers that wait for an answer each.")
    private int publishers;

    private long sequence;

    private SharedLogBenchmark() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SharedLogBenchmark()).execute(arguments));
    }

    /** What a row did. */
    private record Done(long events, double seconds, double cpuSeconds) {
        double perSecond() {
            return events / seconds;
        }

        double cpuMicros() {
            return cpuSeconds * 1e6 / events;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%,d events/s, %.1f us of Redis' processor an event", (long) perSecond(), cpuMicros());
        }
    }

    private interface Task {
        /** How many events it has appended. */
        long run() throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        try (RedisServer server = RedisServer.start("--appendfsync", "everysec")) {
            compareWithPlain(server);
            memory(server);
        }
        try (RedisServer server = RedisServer.start()) {
            compareGroups(server);
            compareAnswers(server);
        }
        return 0;
    }

    private void compareWithPlain(RedisServer server) throws Exception {
        try (RedisSharedLog log = attached(server, Durability.RELAXED)) {
            List<Publication> batch = Collections.nCopies(BATCH, Publication.of(List.of(RECORD)));
            for (int round = 0; round <= rounds; round++) { // the first one warms up
                Done plain = measure(server, () -> plain(server));
                Done script = measure(server, () -> append(log, batch));
                say(round, "plain XADD, " + BATCH + " in a pipeline, everysec: " + plain);
                say(round, "append, " + BATCH + " in a batch, everysec: " + script);
                say(round, "  ratio of processor time: %.2f", script.cpuMicros() / plain.cpuMicros());
            }
            follow(server, log);
        }
    }

    private long plain(RedisServer server) {
        try (Connection connection = new Connection("127.0.0.1", server.port())) {
            byte[] key = "plain".getBytes(StandardCharsets.UTF_8);
            byte[] any = {'*'};
            byte[] field = {'r'};
            long events = 0;
            for (long end = end(); System.nanoTime() - end < 0; events += BATCH) {
                for (int i = 0; i < BATCH; i++) {
                    connection.sendCommand(Protocol.Command.XADD, key, any, field, RECORD);
                }
                connection.getMany(BATCH);
            }
            connection.sendCommand(Protocol.Command.DEL, key);
            connection.getOne();
            return events;
        }
    }

    private long append(SharedLog log, List<Publication> batch) {
        long events = 0;
        for (long end = end(); System.nanoTime() - end < 0; events += batch.size()) {
            log.append(++sequence, batch).toCompletableFuture().join();
        }
        return events;
    }

    /** A follower reads all that is there. */
    private void follow(RedisServer server, SharedLog log) throws Exception {
        long head = log.attach(Known.NOTHING).toCompletableFuture().join().head();
        Semaphore end = new Semaphore(0);
        Done done = measure(server, () -> {
            try (AutoCloseable following = log.follow(0, new Counting(head, end))) {
                end.acquire();
                return head;
            }
        });
        say(1, "one follower from the beginning: " + done);
    }

    private record Counting(long head, Semaphore end) implements SharedLog.Follower {
        @Override
        public void events(List<SharedLog.Stored> events) {
            if (events.get(events.size() - 1).position() >= head) {
                end.release();
            }
        }

        @Override
        public void stand(SharedLog.Stand stand) {}

        @Override
        public void away(String why) {}

        @Override
        public void back() {}
    }

    private void memory(RedisServer server) throws Exception {
        server.send("FLUSHALL");
        long before = info(server, "memory", "used_memory:");
        try (RedisSharedLog log = attached(server, Durability.RELAXED)) {
            List<Publication> batch = Collections.nCopies(1000, Publication.of(List.of(RECORD)));
            for (int i = 1; i <= 200; i++) {
                log.append(i, batch).toCompletableFuture().join();
            }
            double each = (info(server, "memory", "used_memory:") - before) / 200_000.0;
            say(1, "memory of Redis for an event: %.0f bytes, %.2f of its record", each, each / RECORD.length);
        }
    }

    private void compareGroups(RedisServer server) throws Exception {
        try (RedisSharedLog log = attached(server, Durability.ALWAYS)) {
            List<Publication> one = List.of(Publication.of(List.of(RECORD)));
            for (int round = 0; round <= rounds; round++) {
                Done single = measure(server, () -> append(log, one));
                say(round, "one event at a time, always: " + single);
            }
        }
        ExecutorService done = Executors.newSingleThreadExecutor();
        try (RedisSharedLog log = attached(server, Durability.ALWAYS);
                SystemTicker ticker = new SystemTicker();
                GroupAppend group = new GroupAppend(log, ticker, Duration.ofSeconds(30), done)) {
            for (int round = 0; round <= rounds; round++) {
                Done grouped = measure(server, () -> grouped(group));
                say(round, publishers + " publishers, grouped, always: " + grouped);
            }
        } finally {
            done.shutdownNow();
        }
    }

    private long grouped(GroupAppend group) throws InterruptedException {
        AtomicLong events = new AtomicLong();
        long end = end();
        Semaphore ended = new Semaphore(0);
        for (int i = 0; i < publishers; i++) {
            again(group, events, end, ended);
        }
        ended.acquire(publishers);
        return events.get();
    }

    /** One publisher: the next event once the one before is answered. */
    private void again(GroupAppend group, AtomicLong events, long end, Semaphore ended) {
        group.append(Publication.of(List.of(RECORD))).whenComplete((outcome, error) -> {
            if (error != null) {
                throw new IllegalStateException(error);
            }
            events.incrementAndGet();
            if (System.nanoTime() - end < 0) {
                again(group, events, end, ended);
            } else {
                ended.release();
            }
        });
    }

    /** An append beside a script that writes one field, with the same sync. */
    private void compareAnswers(RedisServer server) throws Exception {
        List<Publication> one = List.of(Publication.of(List.of(RECORD)));
        try (RedisSharedLog log = attached(server, Durability.ALWAYS);
                Connection connection = new Connection("127.0.0.1", server.port())) {
            connection.sendCommand(Protocol.Command.SCRIPT, "LOAD", "return redis.call('SET', KEYS[1], ARGV[1])");
            String digest = connection.getBulkReply();
            long first = 0;
            for (int round = 0; round <= rounds; round++) {
                long[] bare = new long[400];
                long[] appended = new long[400];
                for (int i = 0; i < bare.length; i++) { // in turn, so that the disk is the same for both
                    long begin = System.nanoTime();
                    connection.sendCommand(
                            Protocol.Command.EVALSHA,
                            digest,
                            "1",
                            "{bare}:x",
                            new String(RECORD, StandardCharsets.UTF_8));
                    connection.getOne();
                    bare[i] = System.nanoTime() - begin;
                    begin = System.nanoTime();
                    log.append(++first, one).toCompletableFuture().join();
                    appended[i] = System.nanoTime() - begin;
                }
                say(
                        round,
                        "answer, always: bare EVALSHA p50 %.2f ms, append p50 %.2f ms, ratio %.2f",
                        median(bare) / 1e6,
                        median(appended) / 1e6,
                        (double) median(appended) / median(bare));
            }
        }
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private RedisSharedLog attached(RedisServer server, Durability durability) throws IOException {
        server.send("FLUSHALL");
        sequence = 0;
        ClusterSettings settings = new ClusterSettings(
                server.url(), null, "bench", durability, 0, Duration.ofSeconds(30), Duration.ofSeconds(3));
        RedisSharedLog log = new RedisSharedLog(settings, BOUNDS);
        log.attach(Known.NOTHING).toCompletableFuture().join();
        return log;
    }

    private long end() {
        return System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    }

    private static Done measure(RedisServer server, Task task) throws Exception {
        double cpu = cpu(server);
        long begin = System.nanoTime();
        long events = task.run();
        return new Done(events, (System.nanoTime() - begin) / 1e9, cpu(server) - cpu);
    }

    private static double cpu(RedisServer server) throws IOException {
        String info = server.send("INFO", "cpu");
        double sum = 0;
        List<String> names = new ArrayList<>(List.of("used_cpu_sys:", "used_cpu_user:"));
        for (String name : names) {
            sum += Double.parseDouble(after(info, name));
        }
        return sum;
    }

    private static long info(RedisServer server, String section, String name) throws IOException {
        return Long.parseLong(after(server.send("INFO", section), name));
    }

    private static String after(String info, String name) {
        Matcher found =
                Pattern.compile("(?m)^" + Pattern.quote(name) + "([0-9.]+)").matcher(info);
        if (!found.find()) {
            throw new IllegalStateException("Redis does not tell " + name);
        }
        return found.group(1);
    }

    private static void say(int round, String format, Object... values) {
        if (round > 0) {
            System.out.println("round " + round + ": "
                    + (values.length == 0 ? format : String.format(Locale.ROOT, format, values)));
        }
    }
}
