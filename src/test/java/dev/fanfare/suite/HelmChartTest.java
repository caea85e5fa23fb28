package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.config.Settings;
import dev.fanfare.config.SettingsLoader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart, as Helm renders it. Skipped where there is no helm. */
@Timeout(240)
class HelmChartTest {
    private static final Path CHART = Path.of("src/main/dist/helm/fanfare");
    private static final Path MANIFESTS = Path.of("src/main/dist/kubernetes");

    /** What tells releases of a chart apart, and a manifest needs not. */
    private static final Set<String> OF_HELM = Set.of(
            "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart");

    private static final String ALL = """
            replicas: 3
            image: {tag: "1.0", pullPolicy: Always, pullSecrets: [{name: registry}]}
            config:
              fanfare.limits.connections: 2000000
              fanfare.http.trusted-proxies: 10.0.0.0/8
              fanfare.status.jobs.url: http://jobs/{id}
              fanfare.status.jobs.pattern.id: '\\d+'
            env: [{name: JDK_JAVA_OPTIONS, value: -Xmx1g}]
            secret: {name: shared, redisPassword: redis}
            cluster: {url: "redis-sentinel://a,b/main", antiAffinity: required}
            drain: {delaySeconds: 10, seconds: 60}
            serviceMonitor: {enabled: true}
            persistence: {storageClass: fast}
            service: {type: LoadBalancer, annotations: {a: b}}
            ingress: {enabled: true, host: events.example.org, className: nginx, tlsSecret: tls, annotations: {a: b}}
            podAnnotations: {a: b}
            nodeSelector: {disk: fast}
            tolerations: [{key: events, operator: Exists}]
            priorityClassName: high
            """;

    @TempDir
    Path folder;

    private static String helm() {
        Path helm = Tools.find("helm");
        assumeThat(helm).as("helm is installed").isNotNull();
        return helm.toString();
    }

    private Path rendered(String values) throws Exception {
        return rendered("fanfare", values);
    }

    private Path rendered(String release, String values) throws Exception {
        Path file = Files.writeString(folder.resolve("values.yaml"), values);
        String text = Tools.run(helm(), "template", release, CHART.toString(), "-f", file.toString());
        return Files.writeString(folder.resolve("rendered.yaml"), text);
    }

    private Map<String, Map<String, Object>> byKind(Path... files) {
        return Stream.of(files)
                .flatMap(file -> Yamls.read(file).stream())
                .collect(Collectors.toMap(each -> String.valueOf(each.get("kind")), each -> each));
    }

    private static Map<String, Object> pod(Map<String, Map<String, Object>> manifests) {
        return Yamls.map(manifests.get("StatefulSet"), "spec", "template", "spec");
    }

    private static Map<Object, Object> environment(Map<String, Object> pod) {
        return Yamls.maps(Yamls.maps(pod.get("containers")).get(0).get("env")).stream()
                .collect(Collectors.toMap(each -> each.get("name"), each -> each.get("value")));
    }

    private static @Nullable Object withoutHelm(@Nullable Object node) {
        if (node instanceof Map<?, ?> map) {
            Map<Object, Object> kept = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (!OF_HELM.contains(key)) {
                    kept.put(key, withoutHelm(value));
                }
            });
            return kept;
        }
        return node instanceof List<?> list
                ? list.stream().map(HelmChartTest::withoutHelm).toList()
                : node;
    }

    @Test
    void byDefaultTheChartMakesWhatTheManifestsHave() throws Exception {
        assertThat(withoutHelm(byKind(rendered("serviceMonitor: {enabled: true}"))))
                .isEqualTo(byKind(MANIFESTS.resolve("fanfare.yaml"), MANIFESTS.resolve("service-monitor.yaml")));
    }

    /** YAML reads 123 as a number, and Kubernetes takes none for a label or a name. */
    @Test
    void whatLooksLikeANumberOrATruthStaysText() throws Exception {
        Path file = rendered("123", """
                secret: {name: "456", key: "true", metricsToken: "null"}
                serviceMonitor: {enabled: true}
                persistence: {storageClass: "1e3"}
                ingress: {enabled: true, host: "1", className: "on", tlsSecret: "7"}
                priorityClassName: "0x10"
                """);

        Map<String, Map<String, Object>> manifests = byKind(file);
        assertThat(Yamls.map(manifests.get("Service"), "spec", "selector"))
                .containsEntry("app.kubernetes.io/instance", "123");
        Map<String, Object> pod = pod(manifests);
        assertThat(pod).containsEntry("priorityClassName", "0x10");
        assertThat(Files.readString(file))
                .contains("secretName: \"456\"", "key: \"true\"", "key: \"null\"", "storageClassName: \"1e3\"")
                .contains("ingressClassName: \"on\"", "secretName: \"7\"");
    }

    @Test
    void helmFindsNoFaultInTheChartAndItsOwnLabelsSelectThePod() throws Exception {
        assertThat(Tools.run(helm(), "lint", "--strict", CHART.toString())).contains("0 chart(s) failed");

        Map<String, Map<String, Object>> manifests = byKind(rendered(ALL));
        Map<String, Object> labels = Yamls.map(manifests.get("StatefulSet"), "spec", "template", "metadata", "labels");
        assertThat(labels).containsEntry("app.kubernetes.io/instance", "fanfare");
        assertThat(Yamls.map(manifests.get("Service"), "spec", "selector")).isEqualTo(labels);
        assertThat(Yamls.map(manifests.get("StatefulSet"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(Yamls.map(manifests.get("PodDisruptionBudget"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
        assertThat(Yamls.map(manifests.get("Service"), "metadata", "labels"))
                .containsAllEntriesOf(Yamls.map(manifests.get("ServiceMonitor"), "spec", "selector", "matchLabels"));
    }

    @Test
    void withAllValuesTheChartKeepsToTheSchemasOfKubernetes() throws Exception {
        Path validator = Tools.find("kubernetes-validate");
        assumeThat(validator).as("kubernetes-validate is installed").isNotNull();
        Path all = rendered(ALL.replace("serviceMonitor: {enabled: true}", ""));
        assertThat(Tools.run(validator.toString(), "--strict", all.toString()))
                .contains("ingress/fanfare", "configmap/fanfare", "statefulset/fanfare");
    }

    @Test
    void nodesOfAClusterKeepApartAndHaveTheTimeThatTheyNeedToLeave() throws Exception {
        Map<String, Object> pod = pod(byKind(rendered(ALL)));
        assertThat(environment(pod))
                .containsEntry("FANFARE_CLUSTER_URL", "redis-sentinel://a,b/main")
                .containsEntry("FANFARE_CLUSTER_PASSWORD_FILE", "/run/secrets/fanfare/redis-password")
                .containsEntry("FANFARE_HTTP_DRAIN_DELAY", "10s")
                .containsEntry("FANFARE_HTTP_DRAIN", "60s");
        assertThat((int) pod.get("terminationGracePeriodSeconds")).isGreaterThanOrEqualTo(10 + 60 + 5);
        assertThat(Yamls.map(pod, "affinity", "podAntiAffinity"))
                .containsKey("requiredDuringSchedulingIgnoredDuringExecution");

        Map<String, Object> plain = pod(byKind(rendered("{replicas: 2, cluster: {url: 'redis://redis'}}")));
        assertThat(Yamls.map(plain, "affinity", "podAntiAffinity"))
                .containsKey("preferredDuringSchedulingIgnoredDuringExecution");
        assertThat((int) plain.get("terminationGracePeriodSeconds"))
                .as("the defaults of a cluster are 5 s and 30 s")
                .isGreaterThanOrEqualTo(5 + 30 + 5);
    }

    @Test
    void theServerReadsTheConfigurationOfTheValuesAndKnowsTheVariables() throws Exception {
        Map<String, Map<String, Object>> manifests = byKind(rendered(ALL));
        Properties file = new Properties();
        file.load(new StringReader(
                String.valueOf(Yamls.map(manifests.get("ConfigMap"), "data").get("fanfare.properties"))));
        assertThat(file).containsEntry("fanfare.limits.connections", "2000000");
        Settings settings = SettingsLoader.of(List.of(), file);
        assertThat(settings.status().sources()).containsOnlyKeys("jobs");
        assertThat(file.getProperty("fanfare.status.jobs.pattern.id")).isEqualTo("\\d+");

        Set<String> documented = Pattern.compile("^\\| `fanfare\\.([a-z.-]+)`", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs/reference/configuration.md")))
                .results()
                .map(found ->
                        "FANFARE_" + found.group(1).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                .collect(Collectors.toSet());
        assertThat(environment(pod(manifests)).keySet())
                .filteredOn(name -> String.valueOf(name).startsWith("FANFARE_"))
                .hasSize(6)
                .allMatch(documented::contains);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas=2                        | cluster.url is empty",
                "secret.redisPassword=redis        | cluster.url is empty",
                "ingress.enabled=true              | ingress.host is empty",
                "metrics.enabled=false,serviceMonitor.enabled=true | metrics.enabled is false",
                "config.fanfare\\.http\\.port=1    | use the value service.port",
                "config.port=1                     | all keys begin with fanfare.",
                "config.fanfare\\.http\\.port =1   | all keys begin with fanfare.",
                "cluster.url=http://redis          | does not match pattern",
                "replica=2                         | replica"
            })
    void valuesThatDoNotFitAreRefusedInWords(String values, String words) throws IOException, InterruptedException {
        Process helm = new ProcessBuilder(helm(), "template", "fanfare", CHART.toString(), "--set", values)
                .redirectErrorStream(true)
                .start();
        String output = new String(helm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(helm.waitFor()).as(output).isNotZero();
        assertThat(output).contains(words);
    }

    @Test
    void theChartHasTheVersionOfTheProject() throws IOException {
        String project = Pattern.compile("<artifactId>fanfare</artifactId>\\s+<version>([^<]+?)(-SNAPSHOT)?</version>")
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(Yamls.only(CHART.resolve("Chart.yaml")))
                .containsEntry("version", project)
                .containsEntry("appVersion", project);
    }
}
