/**
 * The library's face: {@link dev.fanfare.Fanfare} streams events from the resource methods of any Jakarta REST application.
 * Its parts are in the packages below.
 */
@NullMarked
package dev.fanfare;

import org.jspecify.annotations.NullMarked;
