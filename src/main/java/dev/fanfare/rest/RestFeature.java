package dev.fanfare.rest;

import dev.fanfare.rest.cors.CorsFilter;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.rest.head.ReadableType;
import dev.fanfare.rest.head.WellFormedHead;
import dev.fanfare.rest.head.WellFormedTarget;
import dev.fanfare.rest.problem.BareErrors;
import dev.fanfare.rest.problem.ErrorReferences;
import dev.fanfare.rest.problem.HttpErrorMapper;
import dev.fanfare.rest.problem.ProducedTypes;
import dev.fanfare.rest.problem.UnexpectedErrorMapper;
import dev.fanfare.sink.EventStreamFeature;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.util.function.BooleanSupplier;

/**
 * Everything of this package that is not a resource: CORS, the errors' form, HEAD and headers of streams, and
 * refusals at the end. An application
 * registers one instance; resources are registered beside it.
 *
 * <pre>{@code
 * class App extends Application {
 *     public Set<Object> getSingletons() {
 *         return Set.of(new RestFeature(cors), new HealthResource(live, ready), new ConsoleResource());
 *     }
 * }
 * }</pre>
 */
public final class RestFeature implements Feature {

    private final CorsFilter cors;
    private final ClosingGate gate;

    /** For an application that ends only with its server. */
    public RestFeature(CorsSettings cors) {
        this(cors, () -> false);
    }

    /** @param closing whether the application closes; from then on requests are only refused */
    public RestFeature(CorsSettings cors, BooleanSupplier closing) {
        this.cors = new CorsFilter(cors);
        this.gate = new ClosingGate(closing);
    }

    /** Lets the pages in that other settings allow, from now on. */
    public void take(CorsSettings settings) {
        cors.take(settings);
    }

    @Override
    public boolean configure(FeatureContext context) {
        ProducedTypes offers = new ProducedTypes();
        ErrorReferences incidents = new ErrorReferences();
        // Response filters run from the highest number down: a bare error gets its body first, and CORS comes last,
        // where it
        // sees what all others have put into Vary.
        context.register(cors, Priorities.AUTHENTICATION - 200)
                .register(gate, Priorities.AUTHENTICATION - 180)
                .register(new WellFormedHead(), Priorities.AUTHENTICATION - 150)
                .register(new ReadableType(), Priorities.AUTHENTICATION - 140)
                .register(new WellFormedTarget(), Priorities.AUTHENTICATION - 100)
                .register(new BareErrors(offers), Priorities.USER + 1000)
                .register(new NoSniff())
                .register(offers)
                .register(new HttpErrorMapper(offers, incidents))
                .register(new UnexpectedErrorMapper(offers, incidents, gate::answerIfClosing));
        return new EventStreamFeature().configure(context);
    }
}
