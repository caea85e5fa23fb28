/**
 * What counts as a change of a status, and when it has ended: {@link dev.fanfare.status.rules.ChangeRule} compares values, {@link
 * dev.fanfare.status.rules.EndCondition} ends them, {@link dev.fanfare.status.rules.Pace} spaces them out. Values and pure
 * functions.
 */
@NullMarked
package dev.fanfare.status.rules;

import org.jspecify.annotations.NullMarked;
