package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chromium behind a proxy that speaks HTTP/2; {@link FirefoxIT} has the same for Firefox. */
@Timeout(600)
class Http2BrowserIT {
    /** One in case the first does not speak HTTP/2, and one in case that takes long. */
    private static final int SPARE = 2;

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "haproxy"})
    void aHundredStreamsShareOneConnectionAndLoseNothingWhenTheServerIsKilled(String proxy) throws Exception {
        // The proxy's certificate is the test's own.
        try (Browser browser = Browser.start("http2-" + proxy, "--ignore-certificate-errors")) {
            HundredStreams.shareOneConnectionAndLoseNothingWhenTheServerIsKilled("chromium", SPARE, proxy, url -> {
                browser.open(url);
                return new HundredStreams.Page() {
                    @Override
                    public void run(String script) {
                        browser.run(script);
                    }

                    @Override
                    public void awaitValue(String expression, String json) {
                        await().untilAsserted(() -> assertThat(browser.run("return JSON.stringify(" + expression + ")"))
                                .as(expression)
                                .isEqualTo(json));
                    }
                };
            });
        }
    }
}
