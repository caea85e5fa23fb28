package dev.fanfare.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A main class that prints where it listens.
 *
 * @param settings more options for its JVM
 */
record MainClass(String name, List<String> arguments, List<String> settings) implements Launch {
    private static final Pattern LISTENS = Pattern.compile("https?://(?:127\\.0\\.0\\.1|localhost):(\\d+)");

    MainClass(String name, List<String> arguments) {
        this(name, arguments, List.of());
    }

    /** The same with another setting. */
    MainClass with(String setting) {
        List<String> more = new ArrayList<>(settings);
        more.add(setting);
        return new MainClass(name, arguments, more);
    }

    @Override
    public ServerProcess start(Path directory, List<String> jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(settings);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), name));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        String line;
        while ((line = output.readLine()) != null) {
            said.append(line).append('\n');
            Matcher listens = LISTENS.matcher(line);
            if (listens.find()) {
                drain(output);
                return new ServerProcess(process, Integer.parseInt(listens.group(1)));
            }
        }
        throw new IOException(name + " ended before it listened:\n" + said);
    }

    private static void drain(BufferedReader output) {
        Thread drain = new Thread(() -> output.lines().forEach(line -> {}), "output");
        drain.setDaemon(true);
        drain.start();
    }
}
