import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Publishes an event as a form and two as JSON with Java's own HTTP client: {@code java Publish.java HUB TOKEN}. */
class Publish {
    private static final String TOPIC = "https://example.com/books/1?a=b&c=\u00fc";

    public static void main(String[] args) throws Exception {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("topic", TOPIC);
        form.put("data", "one\ntwo & three + 100%");
        form.put("id", "by form");
        form.put("type", "kind");
        form.put("private", "on");
        post(
                args,
                form.entrySet().stream()
                        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&")),
                "application/x-www-form-urlencoded");
        post(
                args,
                "[{\"topic\":\"" + TOPIC + "\",\"data\":{\"page\":7},\"id\":\"by batch\"},{\"topic\":[\"" + TOPIC
                        + "\",\"news\"],\"data\":\"\u00fc \ud83c\udf88\",\"private\":true}]",
                "application/json");
    }

    private static void post(String[] args, String body, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(args[0]))
                .header("Content-Type", type)
                .header("Authorization", "Bearer " + args[1])
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        System.out.println(answer.body());
    }
}
