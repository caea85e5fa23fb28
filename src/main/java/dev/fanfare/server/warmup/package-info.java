/**
 * Has the code of the service loaded and compiled before clients are sent here: {@link dev.fanfare.server.warmup.WarmUp}. It serves
 * itself meanwhile on a server of its own, of which nothing is left.
 */
@NullMarked
package dev.fanfare.server.warmup;

import org.jspecify.annotations.NullMarked;
