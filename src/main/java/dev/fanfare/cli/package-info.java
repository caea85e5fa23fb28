/**
 * What the jar does from a shell beside serving: {@link dev.fanfare.cli.Commands} lists it. Clients of any server that speaks
 * HTTP and Server-Sent Events; the package knows nothing of the server's inside.
 */
@NullMarked
package dev.fanfare.cli;

import org.jspecify.annotations.NullMarked;
