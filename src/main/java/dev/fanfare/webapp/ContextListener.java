package dev.fanfare.webapp;

import dev.fanfare.app.Service;
import dev.fanfare.config.PropertiesFile;
import dev.fanfare.config.SettingsLoader;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
        try (InputStream in = context.getResourceAsStream(FILE)) {
            return in == null ? new Properties() : PropertiesFile.read(FILE, in);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + FILE + " can't be read", e);
        }
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
