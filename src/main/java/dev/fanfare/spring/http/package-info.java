/**
 * The hub's and the statuses' HTTP as a servlet of a Spring Boot application: {@link dev.fanfare.spring.http.HttpConfiguration}.
 */
@NullMarked
package dev.fanfare.spring.http;

import org.jspecify.annotations.NullMarked;
