package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, with a profile of its own below {@code target}. */
final class Browser implements AutoCloseable {
    /** The variable of the environment that has tests with a browser fail, rather than being skipped, where something is missing. */
    static final String REQUIRED = "FANFARE_REQUIRE_BROWSER";

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it with more options of its command line; where there is none the test is skipped, or fails if FANFARE_REQUIRE_BROWSER is true. */
    static Browser start(String name, String... more) {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            Tools.missing(
                    "No browser: this test needs " + CHROMIUM + " and " + DRIVER
                            + " (Debian: apt install chromium chromium-driver)",
                    REQUIRED);
        }
        // Both are named, so that Selenium looks for neither, and not on the network.
        System.setProperty("webdriver.chrome.driver", DRIVER.toString());
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + ChildProcess.directory("browser-" + name));
        options.addArguments(more);
        return new Browser(new ChromeDriver(options));
    }

    void open(String url) {
        driver.get(url);
    }

    /** Opens a page in a new tab, where scripts run from now on. Returns the tab. */
    String openTab(String url) {
        driver.switchTo().newWindow(WindowType.TAB);
        driver.get(url);
        return driver.getWindowHandle();
    }

    /** Has scripts run in this tab from now on. */
    void enter(String tab) {
        driver.switchTo().window(tab);
    }

    /** The result of a script in a tab. */
    Object in(String tab, String script, Object... arguments) {
        enter(tab);
        return run(script, arguments);
    }

    /** Ends the tab that scripts run in, as a user does, and goes to another one. */
    void closeTab(String other) {
        driver.close();
        enter(other);
    }

    /** Ends the process of the tab that scripts run in, as a fault of the browser does; its page runs no handler. Goes to another. */
    void crashTab(String other) {
        try {
            driver.get("chrome://crash");
        } catch (WebDriverException crashed) {
            // It says so; the tab shows an error page now.
        }
        enter(other);
    }

    /** The bytes that the scripts of the entered tab hold, after a garbage collection. */
    long heapBytes() {
        driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
        Object used = driver.executeCdpCommand("Runtime.getHeapUsage", Map.of()).get("usedSize");
        return ((Number) used).longValue();
    }

    /** Closes all tabs but one, which is empty then. */
    void closeTabs() {
        List<String> tabs = List.copyOf(driver.getWindowHandles());
        String blank = openTab("about:blank");
        for (String tab : tabs) {
            enter(tab);
            driver.close();
        }
        enter(blank);
    }

    /** The result of a script, {@code return …}. */
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What a script hands to its last argument, a function. */
    Object await(String script) {
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
        return driver.executeAsyncScript(script);
    }

    /** Shows pages from now on in a theme, {@code light} or {@code dark}, and with a width in CSS pixels. */
    void show(String theme, int width) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", false));
    }

    /** An attribute of the element with this id; "" if it has none. */
    String attribute(String id, String name) {
        return String.valueOf(
                run("return document.getElementById(arguments[0]).getAttribute(arguments[1]) ?? ''", id, name));
    }

    /** The text of the element with this id. */
    String text(String id) {
        return String.valueOf(run("return document.getElementById(arguments[0]).textContent", id));
    }

    /** What the console says since it was asked last. */
    List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::toString)
                .toList();
    }

    void assertNothingOnTheConsole() {
        assertThat(console()).isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
