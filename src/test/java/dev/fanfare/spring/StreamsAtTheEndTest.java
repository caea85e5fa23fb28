package dev.fanfare.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.async.StandardServletAsyncWebRequest;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.server.ResponseStatusException;

/** What a controller's client gets while the application stops, once the streams have ended and before the web server does. */
class StreamsAtTheEndTest {
    private static final String EVENT_SOURCE = "text/event-stream";
    private static final String REFUSAL = ": refused, shutdown\nretry: [0-9]{4,5}\n";

    private final Fanfare fanfare = Fanfare.create();
    private final EventStream stream = EventStream.topics(fanfare, "news");

    @BeforeEach
    void end() {
        fanfare.close();
        // On a busy machine this may take longer than close() waits for it.
        await().until(() -> Parts.of(fanfare).loops().isClosed());
    }

    private MockHttpServletResponse ofMvc(String accept, Object[] outcome) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/news");
        request.addHeader("Accept", accept);
        request.setAsyncSupported(true);
        MockHttpServletResponse response = new MockHttpServletResponse();
        ServletWebRequest web = new ServletWebRequest(request, response);
        WebAsyncManager async = WebAsyncUtils.getAsyncManager(request);
        async.setAsyncWebRequest(new StandardServletAsyncWebRequest(request, response));
        MethodParameter type = new MethodParameter(getClass().getDeclaredMethod("controller"), -1);
        new EventStreamReturnValueHandler().handleReturnValue(stream, type, new ModelAndViewContainer(), web);
        outcome[0] = async.hasConcurrentResult() ? async.getConcurrentResult() : "nothing";
        return response;
    }

    EventStream controller() {
        return stream;
    }

    @Test
    void anEventSourceOfSpringMvcReconnects() throws Exception {
        Object[] outcome = new Object[1];
        MockHttpServletResponse response = ofMvc(EVENT_SOURCE, outcome);
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getContentType()).isEqualTo(EVENT_SOURCE);
        assertThat(response.getHeader("Fanfare-Refused")).isEqualTo("shutdown");
        assertThat(response.getContentAsString()).matches(REFUSAL);
        assertThat(outcome[0]).isNull();
    }

    @Test
    void anotherClientOfSpringMvcGets503() throws Exception {
        Object[] outcome = new Object[1];
        MockHttpServletResponse response = ofMvc("*/*", outcome);
        assertThat(outcome[0])
                .isInstanceOfSatisfying(
                        ResponseStatusException.class,
                        e -> assertThat(e.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
        assertThat(Integer.parseInt(response.getHeader("Retry-After"))).isBetween(5, 30);
    }

    private MockServerWebExchange ofWebFlux(String accept) {
        return MockServerWebExchange.from(MockServerHttpRequest.get("/news").header("Accept", accept));
    }

    private void handle(MockServerWebExchange exchange) throws NoSuchMethodException {
        MethodParameter type = new MethodParameter(getClass().getDeclaredMethod("controller"), -1);
        new EventStreamResultHandler()
                .handleResult(exchange, new HandlerResult(this, stream, type))
                .block(Duration.ofSeconds(60));
    }

    @Test
    void anEventSourceOfWebFluxReconnects() throws Exception {
        MockServerWebExchange exchange = ofWebFlux(EVENT_SOURCE);
        handle(exchange);
        assertThat(exchange.getResponse().getHeaders().getFirst("Content-Type")).isEqualTo(EVENT_SOURCE);
        assertThat(exchange.getResponse().getHeaders().getFirst("Fanfare-Refused"))
                .isEqualTo("shutdown");
        assertThat(exchange.getResponse().getBodyAsString().block(Duration.ofSeconds(60)))
                .matches(REFUSAL);
    }

    @Test
    void anotherClientOfWebFluxGets503() {
        MockServerWebExchange exchange = ofWebFlux("*/*");
        assertThatThrownBy(() -> handle(exchange))
                .isInstanceOfSatisfying(
                        ResponseStatusException.class,
                        e -> assertThat(e.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
        assertThat(Integer.parseInt(exchange.getResponse().getHeaders().getFirst("Retry-After")))
                .isBetween(5, 30);
    }

    @Test
    void aFluxTellsTheEventSourceWhenToReconnect() {
        List<ServerSentEvent<String>> events =
                EventFlux.of(stream, null).collectList().block(Duration.ofSeconds(60));
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.comment()).isEqualTo("refused, shutdown");
            assertThat(event.retry()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(30));
            assertThat(event.data()).isNull();
        });
    }
}
