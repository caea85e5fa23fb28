package dev.fanfare.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriReferenceTest {
    /** RFC 3986, 5.4, without fragments, which no server gets to see. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            g             | http://a/b/c/g
            ./g           | http://a/b/c/g
            g/            | http://a/b/c/g/
            /g            | http://a/g
            //g           | http://g/
            ?y            | http://a/b/c/d;p?y
            g?y           | http://a/b/c/g?y
            #s            | http://a/b/c/d;p?q
            g#s           | http://a/b/c/g
            g?y#s         | http://a/b/c/g?y
            ;x            | http://a/b/c/;x
            g;x?y#s       | http://a/b/c/g;x?y
            ''            | http://a/b/c/d;p?q
            .             | http://a/b/c/
            ./            | http://a/b/c/
            ..            | http://a/b/
            ../           | http://a/b/
            ../g          | http://a/b/g
            ../..         | http://a/
            ../../g       | http://a/g
            ../../../g    | http://a/g
            ../../../../g | http://a/g
            /./g          | http://a/g
            /../g         | http://a/g
            g.            | http://a/b/c/g.
            ..g           | http://a/b/c/..g
            ./../g        | http://a/b/g
            ./g/.         | http://a/b/c/g/
            g/./h         | http://a/b/c/g/h
            g/../h        | http://a/b/c/h
            g;x=1/../y    | http://a/b/c/y
            g?y/../x      | http://a/b/c/g?y/../x
            http://h/x    | http://h/x
            http://h      | http://h/
            """)
    void resolvesAsTheStandardSays(String reference, String resolved) {
        assertThat(UriReference.resolve(URI.create("http://a/b/c/d;p?q"), reference))
                .hasToString(resolved);
    }

    @Test
    void aBaseWithoutAPathIsTheRoot() {
        assertThat(UriReference.resolve(URI.create("http://a"), "g")).hasToString("http://a/g");
        assertThat(UriReference.resolve(URI.create("http://a"), "?y")).hasToString("http://a/?y");
    }

    /** As it arrives: a char for each byte. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /jobs/größe      | http://a/jobs/gr%C3%B6%C3%9Fe
            /jobs/a b?c=d e  | http://a/jobs/a%20b?c=d%20e
            /jobs/50%        | http://a/jobs/50%25
            /jobs/%C3%B6     | http://a/jobs/%C3%B6
            /jobs/{x}"<>^`   | http://a/jobs/%7Bx%7D%22%3C%3E%5E%60
            /x[1]            | http://a/x%5B1%5D
            x[1]?a[0]=[b]    | http://a/x%5B1%5D?a%5B0%5D=%5Bb%5D
            ?ids[]=1         | http://a/b?ids%5B%5D=1
            http://[::1]/[x] | http://[::1]/%5Bx%5D
            //[::1]:80/?[x]  | http://[::1]:80/?%5Bx%5D
            /a\\b            | http://a/a%5Cb
            x[1]:y           | http://a/x%5B1%5D:y
            """)
    void whatNoUrlHasIsPercentEncodedAsBrowsersDo(String location, String resolved) {
        String arrived = new String(location.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(UriReference.resolve(URI.create("http://a/b"), arrived)).hasToString(resolved);
    }

    @Test
    void aPipeIsPercentEncodedAsBrowsersDo() {
        assertThat(UriReference.resolve(URI.create("http://a/b"), "/x|y?a|b")).hasToString("http://a/x%7Cy?a%7Cb");
    }

    @Test
    void whatIsNoUrlIsRefused() {
        assertThatThrownBy(() -> UriReference.resolve(URI.create("http://a/"), "http://[/x"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
