/**
 * Fanfare in an application of Spring Boot 3.5 or 4: {@link dev.fanfare.spring.FanfareAutoConfiguration} makes it from the
 * application's configuration, and controllers return an {@link dev.fanfare.spring.EventStream}. The only package that knows
 * Spring; each class that needs a library an application may lack is loaded only where the library is.
 */
@NullMarked
package dev.fanfare.spring;

import org.jspecify.annotations.NullMarked;
