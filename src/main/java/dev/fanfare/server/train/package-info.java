/**
 * Has the JVM write down the classes of a server that is warm, so that the next one starts with them:
 * {@link dev.fanfare.server.train.TrainCommand}. See <a href="https://openjdk.org/jeps/350">JEP 350</a> and
 * <a href="https://openjdk.org/jeps/483">JEP 483</a>.
 */
@NullMarked
package dev.fanfare.server.train;

import org.jspecify.annotations.NullMarked;
