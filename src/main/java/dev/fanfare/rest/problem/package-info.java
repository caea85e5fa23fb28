/**
 * The one form of an error, <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>: {@link
 * dev.fanfare.rest.problem.Problem}, its closed set of {@linkplain dev.fanfare.rest.problem.ProblemType types}, and the
 * mappers that turn whatever is thrown into one.
 */
@NullMarked
package dev.fanfare.rest.problem;

import org.jspecify.annotations.NullMarked;
