/**
 * What shows the service at work: a counter, a stock ticker and a job whose status changes. Written on the library's face
 * alone; {@link dev.fanfare.demo.Demo} is found through {@code META-INF/services}, so the package can be deleted without
 * touching another.
 */
@NullMarked
package dev.fanfare.demo;

import org.jspecify.annotations.NullMarked;
