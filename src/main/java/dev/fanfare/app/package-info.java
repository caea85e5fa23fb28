/**
 * Puts the service together from its settings and says when it is ready: {@link dev.fanfare.app.Service} is the same for the
 * standalone server and the WAR.
 */
@NullMarked
package dev.fanfare.app;

import org.jspecify.annotations.NullMarked;
