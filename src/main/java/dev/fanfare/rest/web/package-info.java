/**
 * What browsers and tools get as files: the {@link dev.fanfare.rest.web.ConsoleResource console}, the {@link
 * dev.fanfare.rest.web.BrowserModuleResource client for browsers}, whose source is in {@code META-INF/resources}, and the {@link
 * dev.fanfare.rest.web.OpenApiResource description} of the HTTP interface.
 */
@NullMarked
package dev.fanfare.rest.web;

import org.jspecify.annotations.NullMarked;
