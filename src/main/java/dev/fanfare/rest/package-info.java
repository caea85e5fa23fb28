/**
 * What Fanfare says over Jakarta REST: resources, filters and the one form of its errors.
 *
 * <p>{@link dev.fanfare.rest.RestFeature} is where an application starts: it registers everything that is not a resource. Only
 * the API of <a href="https://jakarta.ee/specifications/restful-ws/3.1/">Jakarta REST 3.1</a> is used, so the package runs on
 * any implementation of 3.1 or 4.0.
 */
@NullMarked
package dev.fanfare.rest;

import org.jspecify.annotations.NullMarked;
