/**
 * Files that an operator names and that are read whole: keys, passwords, certificates. {@link dev.fanfare.file.SmallFile} reads
 * them, and refuses what would hold its reader for ever.
 */
@NullMarked
package dev.fanfare.file;

import org.jspecify.annotations.NullMarked;
