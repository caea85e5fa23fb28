/**
 * Load on a server by raw HTTP/1.1, so that clients cost little beside what they measure: {@link dev.fanfare.cli.load.Load}
 * puts subscribers and publishers together; the project's benchmarks use the parts.
 */
@NullMarked
package dev.fanfare.cli.load;

import org.jspecify.annotations.NullMarked;
