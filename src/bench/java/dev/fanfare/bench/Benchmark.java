package dev.fanfare.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Fanfare beside a bare loop and plain Jersey, in turn in one run; see docs/benchmarks.md. */
@Command(name = "benchmark", mixinStandardHelpOptions = true, description = "Measures servers side by side.")
final class Benchmark implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "3", description = "How often each row is done; the report has medians.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "How long events are published in a row.")
    private int seconds;

    @Option(
            names = "--rows",
            split = ",",
            defaultValue = Row.FAN_OUT,
            description =
                    "Only these rows; 'fan-out' is all without, 'history' all with a history, 'cluster' all of several nodes.")
    private List<String> rows = new ArrayList<>();

    @Option(names = "--subjects", split = ",", description = "Only these servers; those of the row without it.")
    private List<Subject> subjects = new ArrayList<>();

    @Option(names = "--jvm", split = ",", defaultValue = "-Xmx1g", description = "Options for the servers' JVMs.")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(names = "--out", defaultValue = "target/benchmark.json", description = "Where the JSON goes.")
    private Path out = Path.of("target/benchmark.json");

    private int failures;

    private Benchmark() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Row> wanted = Row.all().stream()
                .filter(row -> rows.stream().anyMatch(row::isNamed))
                .toList();
        if (wanted.isEmpty()) {
            System.err.println("No such row; there are "
                    + String.join(", ", Row.all().stream().map(Row::name).toList()));
            return 2;
        }
        List<Result> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (Row row : wanted) {
                for (Subject subject : subjects.isEmpty() ? row.subjects() : subjects) {
                    if (subject.isHub() || row.kind().group().equals(Row.FAN_OUT)) {
                        measure(round, row, subject, results);
                    }
                }
            }
        }
        Report report = new Report(results);
        Files.createDirectories(out.toAbsolutePath().getParent());
        Files.writeString(out, report.json());
        System.out.println(report.table());
        System.out.println("All results: " + out);
        if (failures > 0) {
            System.out.println(failures + " measurements failed; see above. The table is without them.");
        }
        return failures > 0 ? 1 : 0;
    }

    /** A server that fails in a row leaves a word and no figures; the others go on. */
    private void measure(int round, Row row, Subject subject, List<Result> results)
            throws IOException, InterruptedException {
        System.err.println("round " + round + ", " + row.name() + ", " + subject);
        try {
            results.add(new Result(
                    round, row, subject, Measurement.of(subject, row, Duration.ofSeconds(seconds), jvmOptions)));
        } catch (IOException | IllegalStateException e) {
            failures++;
            System.err.println("  failed: " + e.getMessage());
        }
    }
}
