package com.example.news;

import dev.fanfare.Fanfare;
import dev.fanfare.event.EventId;
import dev.fanfare.spring.EventFlux;
import dev.fanfare.spring.EventStream;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** News by topic, and jobs whose state is pushed. */
@RestController
public class NewsController {
    private final Fanfare fanfare;

    NewsController(Fanfare fanfare) {
        this.fanfare = fanfare;
    }

    @GetMapping("/news/{topic}")
    EventStream follow(@PathVariable String topic) {
        return EventStream.topics(fanfare, "news/" + topic);
    }

    @PostMapping("/news/{topic}")
    CompletionStage<String> publish(@PathVariable String topic, @RequestBody String text) {
        return fanfare.publish("news/" + topic, text).thenApply(EventId::value);
    }

    @GetMapping("/jobs/{id}")
    EventStream watch(@PathVariable String id) {
        return EventStream.status(fanfare, "jobs", Map.of("id", id));
    }

    @PutMapping("/jobs/{id}")
    CompletionStage<Void> set(@PathVariable String id, @RequestBody String json) {
        return fanfare.set("jobs", Map.of("id", id), json);
    }

    @DeleteMapping("/jobs/{id}")
    CompletionStage<Boolean> end(@PathVariable String id) {
        return fanfare.end("jobs", Map.of("id", id));
    }

    /** Of a stream that is composed with others, the events that are wanted. */
    @GetMapping(path = "/long-news/{topic}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> longNews(
            @PathVariable String topic,
            @RequestHeader(name = "Last-Event-ID", required = false) String lastEventId) {
        return EventFlux.of(EventStream.topics(fanfare, "news/" + topic), lastEventId)
                .filter(event -> event.data() == null || event.data().length() > 3);
    }
}
