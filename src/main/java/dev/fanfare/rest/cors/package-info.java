/**
 * Pages of other origins: {@link dev.fanfare.rest.cors.CorsSettings} says which are allowed, {@link
 * dev.fanfare.rest.cors.CorsFilter} answers preflights and adds the headers. See <a
 * href="https://fetch.spec.whatwg.org/#http-cors-protocol">WHATWG Fetch, 3.3</a>.
 */
@NullMarked
package dev.fanfare.rest.cors;

import org.jspecify.annotations.NullMarked;
