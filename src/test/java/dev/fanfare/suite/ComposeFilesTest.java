package dev.fanfare.suite;

import static dev.fanfare.suite.ComposeFiles.FOLDER;
import static dev.fanfare.suite.ComposeFiles.NODES;
import static dev.fanfare.suite.ComposeFiles.ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files for Compose fit each other, the image and the documents. {@link ComposedNodesTest} runs what is in them. */
class ComposeFilesTest {
    /** What nodes of a cluster have beside what a node alone has, or have in another way. */
    private static final Set<String> OF_A_CLUSTER =
            Set.of("environment", "secrets", "volumes", "networks", "depends_on", "stop_grace_period");

    private static List<Map<String, Object>> nodes() {
        return List.of(ComposeFiles.service(NODES, "fanfare-1"), ComposeFiles.service(NODES, "fanfare-2"));
    }

    private static Map<String, Object> but(Map<String, Object> service, Set<String> keys) {
        Map<String, Object> rest = new HashMap<>(service);
        rest.keySet().removeAll(keys);
        return rest;
    }

    @Test
    void filesAndPortsThatTheFilesNameAreThere() {
        for (Path file : List.of(NODES, ONE_NODE)) {
            Map<String, Object> services = Yamls.map(Yamls.only(file), "services");
            Map<String, Object> nginx = Yamls.map(services.get("nginx"));
            Map<String, Object> node = Yamls.map(services.get(file.equals(NODES) ? "fanfare-2" : "fanfare"));
            Map<String, Object> build = Yamls.map(node, "build");

            assertThat(FOLDER.resolve(String.valueOf(build.get("context")))
                            .resolve(String.valueOf(build.get("dockerfile")))
                            .normalize())
                    .isRegularFile();
            assertThat(ComposeFiles.read("Dockerfile")).contains("\nEXPOSE 8080\n", "\nHEALTHCHECK ");
            assertThat(node.get("expose")).isEqualTo(List.of("8080"));
            assertThat(nginx.get("ports")).isEqualTo(List.of("127.0.0.1:8080:80"));
            assertThat(nginx.get("volumes")).isEqualTo(List.of("./nginx.conf:/etc/nginx/nginx.conf:ro"));
            assertThat(Yamls.map(nginx, "depends_on").values())
                    .containsOnly(Map.of("condition", "service_healthy"))
                    .hasSize(services.keySet().stream()
                            .filter(name -> name.startsWith("fanfare"))
                            .toList()
                            .size());
            assertThat(ComposeFiles.read("nginx.conf"))
                    .contains("server fanfare:8080 resolve ", "zone fanfare ", "resolver 127.0.0.11 ", "listen 80;");
        }
    }

    @Test
    void whatTheServicesUseTheFilesDeclare() {
        for (Path file : List.of(NODES, ONE_NODE)) {
            Map<String, Object> whole = Yamls.only(file);
            for (Object service : Yamls.map(whole, "services").values()) {
                Map<String, Object> each = Yamls.map(service);
                for (Object secret : (List<?>) each.getOrDefault("secrets", List.of())) {
                    assertThat(Yamls.map(whole, "secrets", String.valueOf(secret))
                                    .get("file"))
                            .isEqualTo("./" + secret);
                }
                for (Object volume : (List<?>) each.getOrDefault("volumes", List.of())) {
                    String name = String.valueOf(volume).replaceFirst(":.*", "");
                    assertThat(name)
                            .satisfiesAnyOf(
                                    folder -> assertThat(folder).startsWith("./"),
                                    declared -> assertThat(Yamls.map(whole, "volumes"))
                                            .containsKey(declared));
                }
                Object networks = each.getOrDefault("networks", List.of());
                assertThat(networks instanceof Map<?, ?> map ? map.keySet() : (List<?>) networks)
                        .allSatisfy(network ->
                                assertThat(Yamls.map(whole, "networks")).containsKey(String.valueOf(network)));
            }
        }
    }

    @Test
    void aNodeOfTwoRunsAsANodeAloneDoes() {
        Map<String, Object> alone = but(ComposeFiles.service(ONE_NODE, "fanfare"), OF_A_CLUSTER);
        assertThat(alone).containsKeys("read_only", "cap_drop", "security_opt", "tmpfs", "restart");
        assertThat(nodes())
                .allSatisfy(node -> assertThat(but(node, OF_A_CLUSTER)).isEqualTo(alone));
        assertThat(ComposeFiles.service(NODES, "nginx").get("image"))
                .isEqualTo(ComposeFiles.service(ONE_NODE, "nginx").get("image"));
    }

    @Test
    void nodesDifferByTheirVolumesAlone() {
        assertThat(nodes().get(0).get("volumes")).isEqualTo(List.of("history-1:/var/lib/fanfare"));
        assertThat(nodes().get(1).get("volumes")).isEqualTo(List.of("history-2:/var/lib/fanfare"));
        assertThat(but(nodes().get(0), Set.of("volumes"))).isEqualTo(but(nodes().get(1), Set.of("volumes")));
    }

    @Test
    void nginxFindsAllNodesByOneNameAndNobodyButThemReachesRedis() {
        assertThat(Yamls.map(nodes().get(0), "networks", "front").get("aliases"))
                .isEqualTo(List.of("fanfare"));
        assertThat(Yamls.map(nodes().get(0), "networks")).containsOnlyKeys("front", "log");
        assertThat(ComposeFiles.service(NODES, "nginx").get("networks")).isEqualTo(List.of("front"));
        assertThat(ComposeFiles.service(NODES, "redis").get("networks")).isEqualTo(List.of("log"));
        assertThat(ComposeFiles.service(NODES, "redis")).doesNotContainKeys("ports", "expose");
        assertThat(Yamls.map(Yamls.only(NODES), "networks", "log")).containsEntry("internal", true);
    }

    @Test
    void redisIsSetAsTheDocumentAsks() {
        String command =
                String.valueOf(((List<?>) ComposeFiles.service(NODES, "redis").get("command")).get(0));

        assertThat(Document.read("docs/how-to/several-nodes.md").block("redis").lines())
                .hasSizeGreaterThan(2)
                .allSatisfy(line -> assertThat(command).contains(" --" + line + " "));
    }

    @Test
    void aNodeHasTheTimeThatItNeedsToLeave() {
        Map<String, Object> environment = Yamls.map(nodes().get(0), "environment");
        Duration needed = seconds(environment.get("FANFARE_HTTP_DRAIN_DELAY"))
                .plus(seconds(environment.get("FANFARE_HTTP_DRAIN")))
                .plusSeconds(5);

        assertThat(seconds(nodes().get(0).get("stop_grace_period"))).isGreaterThanOrEqualTo(needed);
    }

    private static Duration seconds(Object text) {
        return Duration.parse("PT" + String.valueOf(text).toUpperCase(Locale.ROOT));
    }

    /** Skipped where there is no Docker with Compose. */
    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "one-node.yaml"})
    void composeFindsNoFault(String name, @TempDir Path folder) throws Exception {
        Path docker = Tools.find("docker");
        assumeThat(docker).as("docker is installed").isNotNull();
        Process version = new ProcessBuilder(docker.toString(), "compose", "version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeThat(version.waitFor()).as("docker has compose").isZero();
        Path file = Files.copy(FOLDER.resolve(name), folder.resolve(name));

        Tools.run(docker.toString(), "compose", "-f", file.toString(), "config", "--quiet");
    }

    /** The commands of the files' comments make what the files name. */
    @Test
    void theCommentsMakeTheSecretsThatTheFilesName() {
        for (Path file : List.of(NODES, ONE_NODE)) {
            String text = ComposeFiles.read(file.getFileName().toString());
            String comment = text.substring(0, text.indexOf("\nname: "));
            assertThat(comment).contains("docker compose -f docker/" + file.getFileName() + " up ");
            Yamls.map(Yamls.only(file), "secrets")
                    .keySet()
                    .forEach(
                            secret -> assertThat(comment).containsPattern("> docker/" + Pattern.quote(secret) + "\\b"));
        }
    }
}
