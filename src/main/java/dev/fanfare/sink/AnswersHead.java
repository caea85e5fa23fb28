package dev.fanfare.sink;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Of a resource method that streams: it runs for HEAD, too, checks the request as for GET, and answers by {@link
 * HeadOnStreams#answerIfAsked} before it opens its stream.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface AnswersHead {}
