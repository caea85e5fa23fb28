package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.auth.Access;
import dev.fanfare.config.ConfiguredSource.Origin;
import dev.fanfare.status.http.AcceptedAnswers;
import dev.fanfare.status.rules.Pace;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusSourcesTest {
    private static final String URL = "http://localhost:9090/jobs/{job}?verbose={v}";
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private static ConfiguredSource source(Configuration configuration, String name) {
        ConfiguredSource source = configuration.settings().status().sources().get(name);
        assertThat(source).isNotNull();
        return source;
    }

    private static Map<String, String> headers(ConfiguredSource source) {
        return ((Origin.Http) source.origin()).headers();
    }

    private static Configuration jobs() {
        return Configuration.with("fanfare.status.jobs.url", URL);
    }

    @Test
    void aUrlIsEnough() {
        ConfiguredSource jobs = source(jobs(), "jobs");

        assertThat(jobs.origin()).isEqualTo(new Origin.Http(URL, Map.of(), AcceptedAnswers.DEFAULT));
        assertThat(jobs.access()).isEqualTo(Access.ANONYMOUS);
        assertThat(jobs.settings().params()).containsExactly("job", "v");
        assertThat(jobs.settings().every()).isEqualTo(Duration.ofSeconds(5));
        assertThat(jobs.settings().timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(jobs.settings().linger()).isEqualTo(Duration.ofSeconds(60));
        assertThat(jobs.settings().retry()).isEqualTo(Duration.ofSeconds(30));
        assertThat(jobs.settings().maxWatches()).isEqualTo(1000);
    }

    @Test
    void otherAnswersThanTheUsualTellAStatusWhereItIsSaidSo() {
        ConfiguredSource jobs = source(
                jobs().and("fanfare.status.jobs.accept-status", "200, 202,503").and("fanfare.status.jobs.type", "json"),
                "jobs");

        assertThat(((Origin.Http) jobs.origin()).accepted())
                .isEqualTo(new AcceptedAnswers(Set.of(200, 202, 503), AcceptedAnswers.Type.JSON));
        assertThat(jobs().and("fanfare.status.jobs.accept-status", "200,304")
                        .faults()
                        .toString())
                .contains("has 304, which has no body that is a status");
        assertThat(jobs().and("fanfare.status.jobs.accept-status", "2xx")
                        .faults()
                        .toString())
                .contains("has '2xx', which is not an HTTP status code");
        assertThat(Configuration.with("fanfare.status.jobs.push", "true")
                        .and("fanfare.status.jobs.type", "json")
                        .faults()
                        .toString())
                .contains("is for a source with a URL");
    }

    @Test
    void everythingCanBeSet() {
        ConfiguredSource jobs = source(
                jobs().and("fanfare.status.jobs.params", "v, job")
                        .and("fanfare.status.jobs.pattern.job", "[0-9]+")
                        .and("fanfare.status.jobs.every", "1s")
                        .and("fanfare.status.jobs.timeout", "2s")
                        .and("fanfare.status.jobs.linger", "0s")
                        .and("fanfare.status.jobs.retry", "4s")
                        .and("fanfare.status.jobs.end", "/status=done,failed;/progress=100")
                        .and("fanfare.status.jobs.ignore", "/updatedAt, /took")
                        .and("fanfare.status.jobs.deadband", "/price:0.5, /load:5pct")
                        .and("fanfare.status.jobs.min-interval", "2s")
                        .and("fanfare.status.jobs.debounce", "300ms")
                        .and("fanfare.status.jobs.polls", "7")
                        .and("fanfare.status.jobs.access", "anonymous")
                        .and("fanfare.status.jobs.header.Authorization", "Bearer x")
                        .and("fanfare.limits.watches", "5")
                        .and("fanfare.status.default", "jobs"),
                "jobs");

        assertThat(jobs.settings().params()).containsExactly("v", "job");
        assertThat(jobs.settings().patterns().get("job")).hasToString("[0-9]+");
        assertThat(jobs.settings().every()).isEqualTo(Duration.ofSeconds(1));
        assertThat(jobs.settings().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(jobs.settings().linger()).isZero();
        assertThat(jobs.settings().retry()).isEqualTo(Duration.ofSeconds(4));
        assertThat(jobs.settings().end()).hasToString("/status=done,failed;/progress=100");
        assertThat(jobs.settings().change().pointers()).containsExactly("/updatedAt", "/took");
        assertThat(jobs.settings().change().bands()).hasToString("[/load:5pct, /price:0.5]");
        assertThat(jobs.settings().pace()).isEqualTo(new Pace(Duration.ofSeconds(2), Duration.ofMillis(300)));
        assertThat(jobs.settings().maxPolls()).isEqualTo(7);
        assertThat(jobs.settings().maxWatches()).isEqualTo(5);
        assertThat(headers(jobs)).containsEntry("Authorization", "Bearer x");
    }

    @Test
    void theEnvironmentCanDescribeASource() {
        ConfiguredSource source = source(
                Configuration.empty()
                        .variable("FANFARE_STATUS_PRINT_JOBS_URL", "http://localhost/{jobId}")
                        .variable("FANFARE_STATUS_PRINT_JOBS_EVERY", "1s")
                        .variable("FANFARE_STATUS_PRINT_JOBS_PATTERN_JOBID", "[a-z]+")
                        .variable("FANFARE_STATUS_PRINT_JOBS_HEADER_X_API_KEY", "k")
                        .variable("FANFARE_STATUS_PRINT_JOBS_ACCESS", "anonymous"),
                "print-jobs");

        assertThat(source.settings().every()).isEqualTo(Duration.ofSeconds(1));
        assertThat(source.settings().patterns()).containsOnlyKeys("jobId");
        assertThat(headers(source)).containsEntry("x-api-key", "k");
    }

    /** A variable spells the parameter in upper case, and a header's name has no case. */
    @Test
    void aPatternOrHeaderHasTheValueOfTheHighestPlaceHoweverItIsSpelledThere() {
        ConfiguredSource source = source(
                Configuration.with("fanfare.status.jobs.url", "http://localhost/{jobId}")
                        .and("fanfare.status.jobs.pattern.jobId", ".*")
                        .variable("FANFARE_STATUS_JOBS_PATTERN_JOBID", "[a-z]+")
                        .and("fanfare.status.jobs.header.x-key", "of the file")
                        .systemProperty("fanfare.status.jobs.header.X-Key", "of the property")
                        .and("fanfare.status.jobs.access", "anonymous"),
                "jobs");

        assertThat(source.settings().patterns().get("jobId")).hasToString("[a-z]+");
        assertThat(headers(source)).containsOnlyKeys("x-key").containsValue("of the property");
    }

    @Test
    void keysOfOneSourceMayStandInSeveralPlaces() {
        ConfiguredSource jobs = source(
                jobs().variable("FANFARE_STATUS_JOBS_EVERY", "1s")
                        .option("--end", "fanfare.status.jobs.end", "/done=true"),
                "jobs");

        assertThat(jobs.settings().every()).isEqualTo(Duration.ofSeconds(1));
        assertThat(jobs.settings().end()).hasToString("/done=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "Jobs", "1st", "-a", "a_b"})
    void aSourceCantBeCalledAnything(String name) {
        assertThat(Configuration.with("fanfare.status." + name + ".url", "http://localhost/")
                        .fault())
                .startsWith("The status source '" + name + "' (FILE) has an invalid name: ");
    }

    @Test
    void theNameDemoIsTakenWhileTheDemoIsOn() {
        Configuration demo = Configuration.with("fanfare.status.demo.url", "http://localhost/");
        assertThat(demo.fault()).startsWith("The status source 'demo' (FILE) exists already: ");

        demo.and("fanfare.demo.enabled", "false");
        assertThat(demo.settings().status().sources()).containsOnlyKeys("demo");
    }

    @Test
    void aSourceNeedsAUrl() {
        assertThat(Configuration.with("fanfare.status.jobs.every", "1s").fault())
                .startsWith("The status source 'jobs' has no URL: set fanfare.status.jobs.url, such as ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://{host}/jobs",
                "http://localhost:{port}/jobs",
                "ftp://localhost/",
                "localhost:8080/jobs",
                "http://localhost/{job",
                "http://localhost/{}",
                "http:///jobs"
            })
    void aUrlThatCantBePolledIsAFault(String url) {
        assertThat(Configuration.with("fanfare.status.jobs.url", url).fault())
                .startsWith("fanfare.status.jobs.url = '" + url + "' (FILE): ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            end           | status              | (FILE): the end condition 'status' can't be read
            end           | status=done         | (FILE): the end condition 'status=done' can't be read
            ignore        | updatedAt           | (FILE): 'updatedAt' is not a JSON Pointer
            params        | job                 | (FILE): the source has other parameters: give job,v
            params        | job,v,more          | (FILE): the source has other parameters: give job,v
            pattern.job   | [0-9                | (FILE) is not a regular expression:
            pattern.other | [0-9]               | (FILE) belongs to no parameter of this source: give one for job, v
            every         | 1ms                 | (FILE) is too small: give a duration, 100ms to 1d
            access        | nobody              | (FILE) is not a valid value: give anonymous or token
            deadband      | /price              | (FILE): '/price' is not a dead-band: write a JSON Pointer,
            deadband      | /price:-1           | (FILE): '/price:-1' is not a dead-band: write a JSON Pointer,
            min-interval  | 2h                  | (FILE) is too large: give a duration, 0s to 1h
            debounce      | 5                   | (FILE) has no unit: give a duration, 0s to 1h
            polls         | 0                   | (FILE) is too small: give a whole number, 1 to 10000
            push          | yes                 | (FILE) is neither: give true or false
            """)
    void anOptionThatWontDoIsAFault(String option, String value, String words) {
        assertThat(jobs().and("fanfare.status.jobs." + option, value).fault())
                .startsWith("fanfare.status.jobs." + option + " = '" + value + "' " + words);
    }

    @Test
    void theDefaultSourceHasToBeThereIfItIsNamed() {
        assertThat(jobs().and("fanfare.status.default", "job").fault())
                .isEqualTo("fanfare.status.default = 'job' (FILE) is not the name of a source: give one of demo, jobs");
        assertThat(Configuration.with("fanfare.status.default", "demo").faults())
                .isEmpty();
        assertThat(Configuration.with("fanfare.demo.enabled", "false").faults()).isEmpty();
    }

    @Test
    void aSourceWithHeadersIsNotOpenedToEverybodyUnasked() {
        assertThat(source(jobs().and("fanfare.status.jobs.header.X-Key", "k"), "jobs")
                        .access())
                .isEqualTo(Access.TOKEN);
    }

    @Test
    void aSourceThatNobodyCouldSeeForWantOfAKeyIsAFault() {
        Configuration open = jobs().and("fanfare.http.host", "0.0.0.0");
        assertThat(open.faults()).isEmpty();

        open.and("fanfare.status.jobs.header.X-Key", "k");
        assertThat(open.fault())
                .isEqualTo(
                        "The status source 'jobs' (FILE) needs tokens, and no key for checking them is configured: set"
                                + " fanfare.auth.key, or fanfare.status.jobs.access=anonymous");
        open.and("fanfare.auth.publisher.key", SECRET);
        assertThat(open.fault()).as("subscribers need one").startsWith("The status source 'jobs' (FILE) needs tokens");
        open.and("fanfare.auth.subscriber.key", SECRET);
        assertThat(source(open, "jobs").access()).isEqualTo(Access.TOKEN);

        assertThat(jobs().and("fanfare.http.host", "0.0.0.0")
                        .and("fanfare.status.jobs.access", "token")
                        .and("fanfare.auth.key", "short")
                        .fault())
                .as("there was meant to be a key")
                .startsWith("fanfare.auth.key (FILE, value not shown): ");
        assertThat(jobs().and("fanfare.dev", "true")
                        .and("fanfare.status.jobs.access", "token")
                        .fault())
                .as("development mode makes no key")
                .startsWith("The status source 'jobs' (FILE) needs tokens");
    }

    @Test
    void aPushedSourceHasTheParametersThatAreListed() {
        ConfiguredSource jobs = source(
                Configuration.with("fanfare.status.jobs.push", "true")
                        .and("fanfare.status.jobs.params", "job,stage")
                        .and("fanfare.status.jobs.pattern.job", "[0-9]+"),
                "jobs");

        assertThat(jobs.origin()).isEqualTo(new Origin.Pushed());
        assertThat(jobs.access()).isEqualTo(Access.ANONYMOUS);
        assertThat(jobs.settings().params()).containsExactly("job", "stage");
        assertThat(jobs.settings().patterns()).containsOnlyKeys("job");
        assertThat(jobs().and("fanfare.status.jobs.push", "true").fault())
                .contains("fanfare.status.jobs.url (FILE) and fanfare.status.jobs.push (FILE)");
        assertThat(Configuration.with("fanfare.status.jobs.push", "false").fault())
                .contains("has no URL");
    }

    @Test
    void secretsAreNeverTold() {
        assertThat(jobs().systemProperty("fanfare.status.jobs.header.X-Key", "top\u0001secret")
                        .systemProperty("fanfare.status.jobs.header.Bad Name", "topsecret")
                        .and("fanfare.status.jobs.headers.X-Key", "topsecret")
                        .and("fanfare.auth.key", "topsecret")
                        .and("fanfare.status.other.url", "http://user:topsecret@localhost/")
                        .faults())
                .hasSize(5)
                .noneMatch(line -> line.contains("secret"));
        assertThat(source(
                        jobs().and("fanfare.status.jobs.header.X-Key", "topsecret")
                                .and("fanfare.status.jobs.access", "anonymous"),
                        "jobs"))
                .asString()
                .doesNotContain("topsecret");
    }
}
