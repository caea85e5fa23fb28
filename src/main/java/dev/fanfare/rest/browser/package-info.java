/**
 * The client for browsers, as a service hands it out: {@link dev.fanfare.rest.browser.BrowserModuleResource}. Its source is in
 * {@code META-INF/resources}.
 */
@NullMarked
package dev.fanfare.rest.browser;

import org.jspecify.annotations.NullMarked;
