/**
 * What the WAR adds: {@link dev.fanfare.webapp.ContextListener} starts and stops the service with its web application. The
 * only package that knows Servlet.
 */
@NullMarked
package dev.fanfare.webapp;

import org.jspecify.annotations.NullMarked;
