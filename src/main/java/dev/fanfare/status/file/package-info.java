/**
 * Statuses in files below one folder: {@link dev.fanfare.status.file.FileSource}. What a client gives can name a file in the
 * folder and nothing outside of it.
 */
@NullMarked
package dev.fanfare.status.file;

import org.jspecify.annotations.NullMarked;
