package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.RawHttp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The files for Docker and Kubernetes fit each other, the archive and the server. For Compose: {@link ComposeFilesTest}. */
@Timeout(240)
class ContainerFilesTest {
    private static final Path DIST = Path.of("src/main/dist");
    private static final Path MANIFESTS = DIST.resolve("kubernetes/fanfare.yaml");
    private static final String DOCKERFILE = read(DIST.resolve("docker/Dockerfile"));
    private static final int PORT = 8080;

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> manifest(String kind) {
        return Yamls.read(MANIFESTS).stream()
                .filter(each -> each.get("kind").equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError(MANIFESTS + " has no " + kind));
    }

    private static Map<String, Object> pod() {
        return Yamls.map(manifest("StatefulSet"), "spec", "template", "spec");
    }

    private static Map<String, Object> container() {
        return Yamls.maps(pod().get("containers")).get(0);
    }

    private static GrizzlyHost server() throws IOException {
        return GrizzlyHost.start(Map.of(
                "fanfare.history.store", "memory",
                "fanfare.metrics.enabled", "true",
                "fanfare.metrics.access", "anonymous"));
    }

    @Test
    void theImageIsMadeOfWhatIsInTheArchiveAndDoesNotRunAsRoot() {
        List<String> copied = Pattern.compile("^COPY (\\S+) ", Pattern.MULTILINE)
                .matcher(DOCKERFILE)
                .results()
                .map(found -> found.group(1))
                .toList();
        // What the build adds to src/main/dist.
        assertThat(copied)
                .contains("LICENSE", "lib")
                .allSatisfy(source -> assertThat(source)
                        .satisfiesAnyOf(
                                name -> assertThat(List.of("LICENSE", "lib")).contains(name),
                                name -> assertThat(DIST.resolve(name)).exists()));
        assertThat(DOCKERFILE).contains("\nUSER 10001:10001\n", "\nEXPOSE " + PORT + "\n");
        assertThat(DOCKERFILE.indexOf("\nUSER ")).isLessThan(DOCKERFILE.indexOf("\nENTRYPOINT "));
        assertThat(Yamls.map(pod(), "securityContext"))
                .containsEntry("runAsUser", 10001)
                .containsEntry("runAsNonRoot", true);
    }

    @Test
    void theHealthCheckSucceedsOnlyWhileTheServerIsReady() throws Exception {
        Path bash = Tools.find("bash");
        assumeThat(bash).as("bash is installed").isNotNull();
        ProcessBuilder check = new ProcessBuilder(
                        bash.toString(), DIST.resolve("docker/healthy").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try (GrizzlyHost host = server()) {
            check.environment().put("FANFARE_HTTP_PORT", String.valueOf(host.port()));
            // It gives up after 4 s, which the first answer of a server may take on a busy machine.
            await().until(() -> check.start().waitFor() == 0);
        }
        assertThat(check.start().waitFor()).isNotZero();
    }

    @Test
    void probesAndPrometheusAskForPathsThatAreThere() throws IOException {
        try (GrizzlyHost host = server()) {
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                Map<String, Object> get = Yamls.map(container(), probe, "httpGet");
                assertThat(get).containsEntry("port", "http");
                assertThat(RawHttp.request(host.port(), "GET", String.valueOf(get.get("path")))
                                .status())
                        .as(probe)
                        .isEqualTo(200);
            }
            Map<String, Object> endpoint = Yamls.maps(
                            Yamls.map(Yamls.only(DIST.resolve("kubernetes/service-monitor.yaml")), "spec")
                                    .get("endpoints"))
                    .get(0);
            assertThat(endpoint).containsEntry("port", "http");
            assertThat(RawHttp.request(host.port(), "GET", String.valueOf(endpoint.get("path")))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void manifestsSelectThePodAndNameItsPortAndItsVolumes() {
        Map<String, Object> labels = Yamls.map(manifest("StatefulSet"), "spec", "template", "metadata", "labels");
        assertThat(Yamls.map(manifest("StatefulSet"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(Yamls.map(manifest("Service"), "spec", "selector")).isEqualTo(labels);
        assertThat(Yamls.map(manifest("PodDisruptionBudget"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(Yamls.map(
                        Yamls.only(DIST.resolve("kubernetes/service-monitor.yaml")), "spec", "selector", "matchLabels"))
                .isEqualTo(Yamls.map(manifest("Service"), "metadata", "labels"));

        assertThat(Yamls.maps(container().get("ports"))).containsExactly(Map.of("name", "http", "containerPort", PORT));
        assertThat(Yamls.maps(Yamls.map(manifest("Service"), "spec").get("ports"))
                        .get(0))
                .containsEntry("name", "http")
                .containsEntry("targetPort", "http");

        List<Object> mounted = Yamls.maps(container().get("volumeMounts")).stream()
                .map(mount -> mount.get("name"))
                .toList();
        List<Object> volumes = new ArrayList<>(Yamls.maps(pod().get("volumes")).stream()
                .map(volume -> volume.get("name"))
                .toList());
        volumes.add(Yamls.map(
                        Yamls.maps(Yamls.map(manifest("StatefulSet"), "spec").get("volumeClaimTemplates"))
                                .get(0),
                        "metadata")
                .get("name"));
        assertThat(mounted).containsExactlyInAnyOrderElementsOf(volumes);
    }

    @Test
    void manifestsKeepToTheSchemasOfKubernetes() throws Exception {
        Path validator = Tools.find("kubernetes-validate");
        assumeThat(validator).as("kubernetes-validate is installed").isNotNull();
        // Of the operator's own kind it knows nothing.
        assertThat(Tools.run(validator.toString(), "--strict", MANIFESTS.toString()))
                .contains("service/fanfare", "statefulset/fanfare", "poddisruptionbudget/fanfare");
    }

    /** An eighth of the heap is what they are cut to: docs/reference/configuration.md. */
    @Test
    void inTheMemoryOfTheManifestsTheDefaultsOfTheConfigurationHold() {
        MatchResult percent = Pattern.compile("MaxRAMPercentage=(\\d+)")
                .matcher(DOCKERFILE)
                .results()
                .findFirst()
                .orElseThrow();
        Object memory = Yamls.map(container(), "resources", "limits").get("memory");
        assertThat(memory)
                .isEqualTo(Yamls.map(container(), "resources", "requests").get("memory"));
        long heapMiB = 1024L
                * Integer.parseInt(String.valueOf(memory).replace("Gi", ""))
                * Integer.parseInt(percent.group(1))
                / 100;
        String reference = read(Path.of("docs/reference/configuration.md"));
        MatchResult pinned = Pattern.compile(
                        "`fanfare.stream.pinned-bytes` \\| `(\\d+)MiB`, at most an eighth of the heap")
                .matcher(reference)
                .results()
                .findFirst()
                .orElseThrow();

        assertThat(heapMiB / 8).isGreaterThanOrEqualTo(Long.parseLong(pinned.group(1)));
    }
}
