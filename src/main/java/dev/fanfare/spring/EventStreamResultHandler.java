package dev.fanfare.spring;

import dev.fanfare.rest.EventStreamClient;
import dev.fanfare.rest.StreamRefusal;
import dev.fanfare.sink.OutletSink;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.reactivestreams.Publisher;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.reactive.HandlerResultHandler;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Streams what a controller of WebFlux returns: the bytes of an event, which all clients share, as the server asks for them.
 * Thread-safe.
 */
final class EventStreamResultHandler implements HandlerResultHandler, Ordered {
    /** Before the one for {@code @ResponseBody}, which has 100 and takes all. */
    @Override
    public int getOrder() {
        return 50;
    }

    @Override
    public boolean supports(HandlerResult result) {
        return result.getReturnValue() instanceof EventStream;
    }

    @Override
    public Mono<Void> handleResult(ServerWebExchange exchange, HandlerResult result) {
        if (!(result.getReturnValue() instanceof EventStream stream)) {
            return Mono.error(new IllegalStateException("not an EventStream: " + result.getReturnValue()));
        }
        ServerHttpResponse response = exchange.getResponse();
        if (exchange.getRequest().getMethod().equals(HttpMethod.HEAD)) {
            StreamHead.addTo(response.getHeaders()::set);
            return response.setComplete();
        }
        return Mono.defer(() -> {
            DemandOutlet outlet = new DemandOutlet();
            try {
                open(stream, outlet, exchange.getRequest());
            } catch (NoStream none) {
                return answer(none, response);
            } catch (WriterLoops.Closed closed) {
                return refuse(exchange.getRequest(), response);
            }
            StreamHead.addTo(response.getHeaders()::set);
            return Mono.firstWithSignal(
                    response.writeAndFlushWith(Flux.from(outlet).map(frame -> body(frame, outlet, response))),
                    Mono.fromFuture(outlet.cutOff()));
        });
    }

    /** A frame counts as accepted when the server takes it up, which it does when the one before is written. */
    private static Publisher<DataBuffer> body(Frame frame, DemandOutlet outlet, ServerHttpResponse response) {
        return Mono.fromSupplier(() -> {
            outlet.accepted(frame.payloadBytes());
            return response.bufferFactory().wrap(frame.payload());
        });
    }

    private static void open(EventStream stream, DemandOutlet outlet, ServerHttpRequest request) {
        RequestReader.reading(
                request.getHeaders()::getFirst,
                name -> values(request, name),
                () -> stream.open(
                        new OutletSink(outlet),
                        StreamHead.lastEventId(request.getHeaders()::getFirst, name -> values(request, name))));
    }

    private static List<String> values(ServerHttpRequest request, String name) {
        return request.getQueryParams().getOrDefault(name, List.of());
    }

    /** In the last moments of a stop, between the end of the streams and that of the web server. */
    private static Mono<Void> refuse(ServerHttpRequest request, ServerHttpResponse response) {
        StreamRefusal refusal = StreamRefusal.of(StreamRefusal.SHUTDOWN);
        if (!EventStreamClient.isAsked(request.getHeaders().getValuesAsList("Accept"))) {
            response.getHeaders()
                    .set("Retry-After", String.valueOf(refusal.retry().toSeconds()));
            return Mono.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, refusal.words()));
        }
        StreamHead.addTo(response.getHeaders()::set);
        response.getHeaders().set(StreamRefusal.HEADER, refusal.reason());
        byte[] stream = refusal.stream().getBytes(StandardCharsets.UTF_8);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(stream)));
    }

    private static Mono<Void> answer(NoStream none, ServerHttpResponse response) {
        if (none.status() == HttpStatus.NOT_FOUND.value()) {
            return Mono.error(new ResponseStatusException(HttpStatus.NOT_FOUND, none.getMessage(), none));
        }
        response.setStatusCode(HttpStatusCode.valueOf(none.status()));
        return response.setComplete();
    }
}
