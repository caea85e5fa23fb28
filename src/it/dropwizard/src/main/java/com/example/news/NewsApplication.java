package com.example.news;

import dev.fanfare.Fanfare;
import dev.fanfare.status.SourceSettings;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Environment;
import org.eclipse.jetty.util.component.LifeCycle;

/** The application. */
public class NewsApplication extends Application<Configuration> {
    @Override
    public void run(Configuration configuration, Environment environment) {
        Fanfare fanfare = Fanfare.create();
        fanfare.source("jobs", jobs());
        // Not as a managed object: those stop behind the requests that are open, for which Jetty waits.
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle server) {
                fanfare.close();
            }
        });
        environment.jersey().register(new NewsResource(fanfare));
    }

    private static SourceSettings jobs() {
        return SourceSettings.builder()
                .params("id")
                .end("/state=done")
                .missing(SourceSettings.Missing.NOT_FOUND)
                .build();
    }

    public static void main(String[] args) throws Exception {
        new NewsApplication().run(args);
    }
}
