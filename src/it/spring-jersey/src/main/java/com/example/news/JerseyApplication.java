package com.example.news;

import org.glassfish.jersey.server.ResourceConfig;
import org.springframework.stereotype.Component;

/** What Jersey serves. */
@Component
public class JerseyApplication extends ResourceConfig {
    JerseyApplication() {
        register(NewsResource.class);
    }
}
