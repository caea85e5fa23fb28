package dev.fanfare.webapp;

import dev.fanfare.app.Service;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.SettingsLoader;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Starts the service when the web application is deployed, and stops it when it is taken away. */
@WebListener
public final class ContextListener implements ServletContextListener {
    private static final String FILE = "/WEB-INF/fanfare.properties";

    private final LogMuter falseAlarm = new LogMuter();
    private @Nullable Service service;

    /** @throws dev.fanfare.config.ConfigFaults if the configuration is wrong; the deployment fails then */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ClassPreloader.load(event.getServletContext());
        Service started =
                new Service(SettingsLoader.webApplication(file(event.getServletContext())), null, address -> 0);
        service = started;
        // Else RESTEasy says in which charset event streams are, which can be only one.
        event.getServletContext().setInitParameter("resteasy.add.charset", "false");
        falseAlarm.mute();
        WebApplication.deploy(started);
        started.announce();
    }

    private static Properties file(ServletContext context) {
        Properties properties = new Properties();
        try (InputStream in = context.getResourceAsStream(FILE)) {
            if (in != null) {
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
                properties.load(text);
            }
        } catch (CharacterCodingException e) {
            throw new ConfigFaults(List.of("The file " + FILE + " is not text in UTF-8"));
        } catch (IllegalArgumentException e) { // a backslash before what is no escape, as in Windows paths
            throw new ConfigFaults(List.of("The file " + FILE + " is no properties file: " + e.getMessage()
                    + "; a backslash is written twice"));
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + FILE + " can't be read", e);
        }
        return properties;
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        Service stopped = service;
        service = null;
        WebApplication.deploy(null);
        falseAlarm.restore();
        if (stopped != null) {
            stopped.close();
        }
    }
}
