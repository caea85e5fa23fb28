/** What tests of several packages share. */
@NullMarked
package dev.fanfare.testing;

import org.jspecify.annotations.NullMarked;
