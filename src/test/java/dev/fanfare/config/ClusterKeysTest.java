package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.cluster.ClusterSettings.Durability;
import dev.fanfare.cluster.redis.RedisUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterKeysTest {
    private static final String URL = "fanfare.cluster.url";

    @Test
    void aNodeIsAloneUnlessAnEngineIsNamed() {
        assertThat(Configuration.empty().settings().cluster()).isNull();
        assertThat(Configuration.with("fanfare.cluster.name", "shop").settings().cluster())
                .isNull();
    }

    @Test
    void aUrlAloneIsEnough() {
        assertThat(Configuration.with(URL, "redis://localhost").settings().cluster())
                .isEqualTo(ClusterSettings.at("redis://localhost"));
    }

    @Test
    void aNodeLeavesItsClientsTimeToReachTheOthersAndAServerAloneNone() {
        HttpSettings alone = Configuration.empty().settings().http();
        assertThat(alone.drainDelay()).isZero();
        assertThat(alone.drain()).isZero();
        HttpSettings node =
                Configuration.with(URL, "redis://localhost").settings().http();
        assertThat(node.drainDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(node.drain()).isEqualTo(Duration.ofSeconds(30));
        HttpSettings impatient = Configuration.with(URL, "redis://localhost")
                .and("fanfare.http.drain-delay", "0s")
                .and("fanfare.http.drain", "1s")
                .settings()
                .http();
        assertThat(impatient.drainDelay()).isZero();
        assertThat(impatient.drain()).isEqualTo(Duration.ofSeconds(1));
        Properties file = new Properties();
        file.put(URL, "redis://localhost");
        HttpSettings contained = SettingsLoader.of(List.of(), file).http();
        assertThat(contained.drainDelay()).isZero();
        assertThat(contained.drain()).isZero();
    }

    @Test
    void everythingCanBeSet() {
        assertThat(Configuration.with(URL, "rediss://app@redis.example:6380/2")
                        .and("fanfare.cluster.password-file", "/run/secrets/redis")
                        .and("fanfare.cluster.name", "shop")
                        .and("fanfare.cluster.durability", "relaxed")
                        .and("fanfare.cluster.replicas", "1")
                        .and("fanfare.cluster.timeout", "10s")
                        .and("fanfare.cluster.lease", "2s")
                        .settings()
                        .cluster())
                .isEqualTo(new ClusterSettings(
                        "rediss://app@redis.example:6380/2",
                        Path.of("/run/secrets/redis"),
                        "shop",
                        Durability.RELAXED,
                        1,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2)));
    }

    @Test
    void aPasswordInTheUrlIsRefusedAndNotShown() {
        assertThatThrownBy(
                        () -> Configuration.with(URL, "redis://:hunter2@redis").settings())
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("fanfare.cluster.password-file")
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis",
                "http://redis",
                "redis://",
                "redis://a,b",
                "redis://redis:0",
                "redis://redis:65536",
                "redis://redis/x",
                "redis://redis/1/2",
                "redis-sentinel://a,b",
                "rediss-sentinel://a",
                "redis-sentinel://a/",
                "redis-sentinel://a/m/1/2",
                "redis://re dis",
                "redis://redis/99999"
            })
    void aUrlOfAnotherFormIsRefused(String url) {
        assertThatThrownBy(() -> Configuration.with(URL, url).settings())
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining(URL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://a                        | redis://a:6379/0",
                "redis://app@a:1234/3             | redis://a:1234/3",
                "rediss://[::1]:7000              | rediss://[::1]:7000/0",
                "redis-sentinel://a,b:1/mymaster  | redis-sentinel://a:26379,b:1/mymaster/0",
                "redis-sentinel://a/mymaster/4    | redis-sentinel://a:26379/mymaster/4",
                "rediss-sentinel://a/mymaster     | rediss-sentinel://a:26379/mymaster/0"
            })
    void aUrlIsShownInFull(String url, String shown) {
        assertThat(RedisUrl.parse(url)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{b}", "a b", "a:b"})
    void aNameThatWouldMakeOtherKeysIsRefused(String name) {
        assertThatThrownBy(() -> Configuration.with(URL, "redis://localhost")
                        .and("fanfare.cluster.name", name)
                        .settings())
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("fanfare.cluster.name");
    }
}
