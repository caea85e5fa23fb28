package dev.fanfare.suite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** GlassFish, or Payara, which comes from it: their {@code domain1}, bound to this machine. */
final class GlassFishServer implements AppServer {
    private static final int OLDEST_JAVA = 21;

    private final String name;
    private final String unpacked;
    private final Set<Host.Peculiarity> peculiarities;

    private GlassFishServer(String name, String unpacked, Host.Peculiarity... own) {
        this.name = name;
        this.unpacked = unpacked;
        this.peculiarities =
                EnumSet.of(Host.Peculiarity.ANSWERS_UNDECODABLE_PATHS, Host.Peculiarity.SENDS_ASCII_HEADERS);
        peculiarities.addAll(List.of(own));
    }

    static GlassFishServer glassfish() {
        return new GlassFishServer("glassfish", "glassfish8");
    }

    static GlassFishServer payara() {
        return new GlassFishServer("payara", "payara7", Host.Peculiarity.MAY_REFUSE_HEADERS_BEYOND_ASCII);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Host.Peculiarity> peculiarities() {
        return peculiarities;
    }

    @Override
    public Installation install(Path directory, int port, List<String> jvm) throws IOException {
        Path home = AppServer.unpacked(unpacked).resolve("glassfish");
        Path domain = directory.resolve("domains/domain1");
        AppServer.copy(home.resolve("domains/domain1"), domain);
        AppServer.edit(domain.resolve("config/domain.xml"), bindings(port));
        Path java = AppServer.java(OLDEST_JAVA);
        List<String> command = new ArrayList<>(startCommand(home, domain, java));
        Path temp = Files.createDirectories(directory.resolve("temp"));
        command.addAll(1, jvm);
        command.add(1, "-Djava.io.tmpdir=" + temp);
        return new Installation(command, Map.of(), Files.createDirectories(domain.resolve("autodeploy")));
    }

    private static Map<String, String> bindings(int port) {
        List<Integer> ports = ChildProcess.freePorts(8);
        Map<String, String> edits = new LinkedHashMap<>();
        edits.put("0.0.0.0", "127.0.0.1");
        edits.put("port=\"8080\" protocol", "address=\"127.0.0.1\" port=\"" + port + "\" protocol");
        edits.put("port=\"8181\" protocol", "address=\"127.0.0.1\" port=\"" + ports.get(0) + "\" protocol");
        edits.put("port=\"4848\" protocol", "address=\"127.0.0.1\" port=\"" + ports.get(1) + "\" protocol");
        edits.put("port=\"3700\"", "port=\"" + ports.get(2) + '"');
        edits.put("port=\"3820\"", "port=\"" + ports.get(3) + '"');
        edits.put("port=\"3920\"", "port=\"" + ports.get(4) + '"');
        edits.put("port=\"8686\"", "port=\"" + ports.get(5) + '"');
        edits.put("value=\"7676\"", "value=\"" + ports.get(6) + '"');
        edits.put("telnet.port=6666", "telnet.port=" + ports.get(7));
        return edits;
    }

    /** The command that {@code asadmin} would start the server with; a process of asadmin's own would outlive the test. */
    private static List<String> startCommand(Path home, Path domain, Path java) throws IOException {
        ProcessBuilder asadmin = new ProcessBuilder(
                        "bash",
                        home.resolve("bin/asadmin").toString(),
                        "start-domain",
                        "--dry-run",
                        "--domaindir",
                        domain.getParent().toString(),
                        "domain1")
                .redirectErrorStream(true);
        String javaHome = java.getParent().getParent().toString();
        asadmin.environment().put("AS_JAVA", javaHome);
        asadmin.environment().put("JAVA_HOME", javaHome);
        String output = new String(asadmin.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> command = output.lines()
                .dropWhile(line -> !line.startsWith("Dump of JVM Invocation"))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .toList();
        if (command.isEmpty()) {
            throw new AssertionError("asadmin tells no command:\n" + output);
        }
        return command;
    }
}
