/**
 * The service as its clients see it: one suite over HTTP, {@link dev.fanfare.suite.HttpSuite}, that every {@link
 * dev.fanfare.suite.Host} passes.
 */
@NullMarked
package dev.fanfare.suite;

import org.jspecify.annotations.NullMarked;
