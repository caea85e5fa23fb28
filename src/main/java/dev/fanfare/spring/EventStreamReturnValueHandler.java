package dev.fanfare.spring;

import dev.fanfare.rest.EventStreamClient;
import dev.fanfare.rest.StreamRefusal;
import dev.fanfare.sink.OutputSink;
import dev.fanfare.sink.RequestReader;
import dev.fanfare.stream.WriterLoops;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.method.support.AsyncHandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.server.ResponseStatusException;

/**
 * Streams what a controller of Spring MVC returns. The request becomes asynchronous without a time limit, and its thread is
 * free; what is written then is written in Fanfare's pool, as on any servlet container. Thread-safe.
 */
final class EventStreamReturnValueHandler implements AsyncHandlerMethodReturnValueHandler {
    /** One that Spring asks before those for {@code @ResponseBody}, as asynchronous ones are. */
    @Override
    public boolean isAsyncReturnValue(@Nullable Object returnValue, MethodParameter returnType) {
        return returnValue instanceof EventStream;
    }

    @Override
    public boolean supportsReturnType(MethodParameter returnType) {
        return EventStream.class.isAssignableFrom(returnType.getParameterType());
    }

    @Override
    public void handleReturnValue(
            @Nullable Object returnValue,
            MethodParameter returnType,
            ModelAndViewContainer container,
            NativeWebRequest webRequest)
            throws Exception {
        container.setRequestHandled(true);
        if (!(returnValue instanceof EventStream stream)) {
            return;
        }
        HttpServletRequest request =
                Objects.requireNonNull(webRequest.getNativeRequest(HttpServletRequest.class), "a servlet request");
        HttpServletResponse response =
                Objects.requireNonNull(webRequest.getNativeResponse(HttpServletResponse.class), "a servlet response");
        if (request.getMethod().equals("HEAD")) {
            StreamHead.addTo(response::setHeader);
            return;
        }
        ShallowEtagHeaderFilter.disableContentCaching(request);
        DeferredResult<@Nullable Object> end = new DeferredResult<>(0L);
        WebAsyncUtils.getAsyncManager(webRequest).startDeferredResultProcessing(end, container);
        OutputSink sink = new OutputSink(new Response(response, end));
        end.onError(error -> sink.gone());
        end.onCompletion(sink::gone);
        try {
            RequestReader.reading(
                    request::getHeader, name -> values(request, name), () -> stream.open(sink, lastEventId(request)));
        } catch (NoStream e) {
            answer(e, response, end);
        } catch (WriterLoops.Closed e) {
            refuse(request, response, end);
        } catch (RuntimeException | Error e) {
            end.setErrorResult(e);
        }
    }

    private static void answer(NoStream none, HttpServletResponse response, DeferredResult<@Nullable Object> end) {
        if (none.status() == HttpStatus.NOT_FOUND.value()) {
            end.setErrorResult(new ResponseStatusException(HttpStatus.NOT_FOUND, none.getMessage(), none));
        } else {
            response.setStatus(none.status());
            end.setResult(null);
        }
    }

    /** In the last moments of a stop, between the end of the streams and that of the web server. */
    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, DeferredResult<@Nullable Object> end)
            throws IOException {
        StreamRefusal refusal = StreamRefusal.of(StreamRefusal.SHUTDOWN);
        if (EventStreamClient.isAsked(Collections.list(request.getHeaders("Accept")))) {
            StreamHead.addTo(response::setHeader);
            response.setHeader(StreamRefusal.HEADER, refusal.reason());
            response.getOutputStream().write(refusal.stream().getBytes(StandardCharsets.UTF_8));
            response.flushBuffer();
            end.setResult(null);
        } else {
            response.setHeader("Retry-After", String.valueOf(refusal.retry().toSeconds()));
            end.setErrorResult(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, refusal.words()));
        }
    }

    private static @Nullable String lastEventId(HttpServletRequest request) {
        return StreamHead.lastEventId(request::getHeader, name -> values(request, name));
    }

    private static List<String> values(HttpServletRequest request, String name) {
        String[] values = request.getParameterValues(name);
        return values == null ? List.of() : List.of(values);
    }

    private record Response(HttpServletResponse response, DeferredResult<@Nullable Object> result)
            implements OutputSink.Response {
        @Override
        public OutputStream begin() throws IOException {
            StreamHead.addTo(response::setHeader);
            response.flushBuffer();
            return response.getOutputStream();
        }

        @Override
        public void end() {
            result.setResult(null);
        }
    }
}
