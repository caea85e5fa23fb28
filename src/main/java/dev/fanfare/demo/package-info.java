/**
 * What shows the service at work: a counter, a stock ticker and a job whose status changes. Written on the library's face
 * alone; the package can be deleted without touching another, but for the line in {@code app} that registers it.
 */
@NullMarked
package dev.fanfare.demo;

import org.jspecify.annotations.NullMarked;
