package dev.fanfare.rest;

import dev.fanfare.rest.problem.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Form;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What resources do to filters and mappers, one method each. */
@Path("sample")
public final class SampleResource {

    final AtomicInteger streamsOpened = new AtomicInteger();

    @GET
    @Produces("text/plain")
    public String text(@QueryParam("q") String query) {
        return "q=" + query;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces("text/plain")
    public String form(Form form) {
        return form.asMap().toString();
    }

    @GET
    @Path("name/{name: [a-z{1}]+}")
    @Produces({"application/json", "text/csv"})
    public String named(@PathParam("name") String name) {
        return "\"" + name + "\"";
    }

    @GET
    @Path("varying")
    public Response varying() {
        return Response.ok("varying")
                .header("Vary", "Accept")
                .header("Vary", "Accept-Encoding, origin")
                .build();
    }

    @GET
    @Path("accept-varying")
    public Response acceptVarying() {
        return Response.ok("varying").header("Vary", "Accept").build();
    }

    @GET
    @Path("broken")
    public String broken() {
        throw new IllegalStateException("secret in /etc/passwd");
    }

    @GET
    @Path("broken-http")
    public String brokenHttp() {
        throw new WebApplicationException(new IllegalStateException("secret"));
    }

    @GET
    @Path("number")
    public String number(@QueryParam("n") int number) {
        return Integer.toString(number);
    }

    @GET
    @Path("busy")
    public String busy() {
        throw ProblemException.unavailable("All places are taken.", Duration.ofMillis(1500));
    }

    @GET
    @Path("protected")
    public String secured() {
        throw ProblemException.unauthorized("Send a token.").withHeader("WWW-Authenticate", "Bearer realm=\"x\"");
    }

    @GET
    @Path("bare")
    public Response bare() {
        return Response.status(410).build();
    }

    @GET
    @Path("teapot")
    public Response teapot() {
        throw new WebApplicationException(
                Response.status(418).header("X-Kept", "yes").build());
    }

    @GET
    @Path("own-words")
    public Response ownWords() {
        throw new WebApplicationException(
                Response.status(400).type("text/plain").entity("mine").build());
    }

    @GET
    @Path("moved")
    public Response moved() {
        throw new WebApplicationException(
                Response.seeOther(URI.create("/sample")).build());
    }

    @GET
    @Path("unchanged")
    public Response unchanged() {
        throw new WebApplicationException(
                Response.notModified(new EntityTag("1")).build());
    }

    @GET
    @Path("over")
    public Response over() {
        return Response.noContent().build();
    }

    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void stream(@Context SseEventSink sink, @Context Sse sse) throws IOException {
        streamsOpened.incrementAndGet();
        sink.send(sse.newEvent("hello"));
        sink.close();
    }

    @GET
    @Path("refused-stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void refusedStream(@Context SseEventSink sink) {
        throw ProblemException.forbidden("The token does not grant this topic.");
    }

    @GET
    @Path("broken-stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void brokenStream(@Context SseEventSink sink) {
        throw new IllegalStateException("secret");
    }

    @GET
    @Path("own-stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response ownStream() {
        return Response.ok("data: 1\n\n").header("Cache-Control", "no-cache").build();
    }
}
