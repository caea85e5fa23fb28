package dev.fanfare.webapp;

import dev.fanfare.rest.head.RequestTarget;
import dev.fanfare.rest.problem.Problem;
import dev.fanfare.rest.problem.ProblemType;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Jakarta REST and sets right what no filter of its could: Jersey mends a request target that can't be decoded
 * before anybody sees it, and uses a response that the container has taken back, see {@link GuardedResponse}.
 */
public class RequestFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String fault = RequestTarget.faultIn("path", request.getRequestURI());
        if (fault == null) {
            fault = RequestTarget.faultIn("query", request.getQueryString());
        }
        if (fault == null) {
            fault = faultIn(request.getHeaders("Accept"));
        }
        if (request.getRequestURI().equals(request.getContextPath())) {
            // Tomcat would serve the page here, and what the page asks for would be one level too high.
            response.sendRedirect(request.getContextPath() + "/");
            return;
        }
        if (fault == null) {
            GuardedResponse guarded = new GuardedResponse(response);
            chain.doFilter(new ListenedRequest(request, guarded), guarded);
            return;
        }
        byte[] body = Problem.of(ProblemType.BAD_REQUEST, fault).toJson().getBytes(StandardCharsets.UTF_8);
        response.setStatus(ProblemType.BAD_REQUEST.status());
        response.setContentType(Problem.MEDIA_TYPE.toString());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** RESTEasy makes a page of HTML of what it can't read, before any mapper, or takes it for a failure of the server. */
    private static @Nullable String faultIn(Enumeration<String> accepts) {
        while (accepts.hasMoreElements()) {
            String fault = AcceptedTypes.faultIn(accepts.nextElement());
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    /**
     * A request whose asynchronous part has a listener from the beginning and ends with a head that is sent, and whose query
     * is nobody's form.
     */
    private static final class ListenedRequest extends HttpServletRequestWrapper {
        private final GuardedResponse response;

        ListenedRequest(HttpServletRequest request, GuardedResponse response) {
            super(request);
            this.response = response;
        }

        /**
         * None. Nobody here asks for them but Jersey, of a form with an empty body: if there are any it warns that somebody
         * has read the form before it, and logs the whole URL, in whose query a token may be.
         */
        @Override
        public Enumeration<String> getParameterNames() {
            return Collections.emptyEnumeration();
        }

        @Override
        public AsyncContext startAsync() {
            return listened(super.startAsync());
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            return listened(super.startAsync(request, response));
        }

        private AsyncContext listened(AsyncContext started) {
            started.addListener(response);
            return new CommittedContext(started, response);
        }
    }
}
