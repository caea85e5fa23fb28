package dev.fanfare.spring.http;

import dev.fanfare.app.ConfiguredFanfare;
import dev.fanfare.app.Service;
import dev.fanfare.config.ConfigFaults;
import dev.fanfare.config.Settings;
import dev.fanfare.spring.FanfareLifecycle;
import dev.fanfare.webapp.RequestFilter;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.servlet.ServletContainer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A servlet below {@code fanfare.spring.path}, with a Jersey of its own: an application's Jersey stays as it is. */
@Configuration(proxyBeanMethods = false)
public class HttpConfiguration {
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]");

    private final String path;

    HttpConfiguration(@Value("${fanfare.spring.path}") String path) {
        this.path = path.strip();
        if (!PATH.matcher(this.path).matches()) {
            throw new ConfigFaults(
                    List.of(
                            "fanfare.spring.path = '" + this.path
                                    + "' is no path for the hub: give one that begins with a slash and ends without, such as /fanfare"));
        }
    }

    @Bean(destroyMethod = "close")
    Service fanfareService(ObjectProvider<ConfiguredFanfare> configured, ObjectProvider<Settings> settings) {
        ConfiguredFanfare found = configured.getIfAvailable();
        if (found == null) {
            throw new ConfigFaults(List.of("fanfare.spring.path is set, and the application has made a Fanfare itself:"
                    + " leave that bean out, or the key"));
        }
        Service service = new Service(found, settings.getObject(), address -> 0);
        service.announce();
        return service;
    }

    @Bean
    ServletRegistrationBean<ServletContainer> fanfareServlet(Service service) {
        ResourceConfig application =
                ResourceConfig.forApplication(service).property(ServerProperties.WADL_FEATURE_DISABLE, true);
        ServletRegistrationBean<ServletContainer> servlet =
                new ServletRegistrationBean<>(new ServletContainer(application), path + "/*");
        servlet.setName("fanfare");
        servlet.setAsyncSupported(true);
        servlet.setLoadOnStartup(1);
        return servlet;
    }

    /** What stands before Jakarta REST in the WAR, and for the same reasons. */
    @Bean
    FilterRegistrationBean<RequestFilter> fanfareFilter() {
        FilterRegistrationBean<RequestFilter> filter = new FilterRegistrationBean<>(new RequestFilter());
        filter.addUrlPatterns(path + "/*");
        filter.setAsyncSupported(true);
        filter.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        return filter;
    }

    /** Stops before the other one, which it needs: no stream may begin while the rest ends. */
    @Bean
    FanfareLifecycle fanfareServiceLifecycle(Service service, FanfareLifecycle fanfareLifecycle) {
        return new FanfareLifecycle(service::drain, service::close);
    }
}
