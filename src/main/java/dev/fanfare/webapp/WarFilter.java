package dev.fanfare.webapp;

import jakarta.servlet.annotation.WebFilter;

/** The filter where the service is a web application of its own: before everything in it. */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public final class WarFilter extends RequestFilter {
    private static final long serialVersionUID = 1L;
}
