package dev.fanfare.cluster.redis;

import dev.fanfare.event.Sha256;
import dev.fanfare.log.SharedLog.Appended;
import dev.fanfare.log.SharedLog.Outcome;
import dev.fanfare.log.SharedLog.Overtaken;
import dev.fanfare.log.SharedLog.Publication;
import dev.fanfare.log.SharedLog.Remembered;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** A batch as the append script takes it, and what the script says of it. Stateless. */
final class AppendCall {
    private static final int ID_BYTES = 16;

    private AppendCall() {}

    static List<Object> arguments(String epoch, long known, String node, long sequence, List<Publication> batch) {
        List<Object> arguments = new ArrayList<>();
        arguments.addAll(List.of(epoch, known, node, sequence, batch.size()));
        for (Publication each : batch) {
            String key = each.key();
            arguments.add(each.records().size());
            arguments.add(each.ids().size());
            arguments.add(each.seen() == Long.MAX_VALUE ? -1 : each.seen());
            arguments.add(key == null ? "" : name(key));
            arguments.add(each.content());
            arguments.addAll(each.records());
            for (String id : each.ids()) {
                arguments.add(name(id));
            }
        }
        return arguments;
    }

    /** 128 bits of a digest, as text without spaces: nobody makes two texts that share one. */
    private static String name(String text) {
        byte[] digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
    }

    /**
     * What became of each publication.
     *
     * @param first the position behind the head before the batch
     * @param odd what the script says of those that it has not appended
     */
    static List<Outcome> outcomes(List<Publication> batch, long first, byte[] odd) {
        List<Outcome> outcomes = new ArrayList<>(batch.size());
        ByteBuffer text = ByteBuffer.wrap(odd);
        long next = first;
        int oddNumber = text.hasRemaining() ? (int) number(text) : 0;
        for (int i = 1; i <= batch.size(); i++) {
            if (i == oddNumber) {
                outcomes.add(odd(text));
                oddNumber = text.hasRemaining() ? (int) number(text) : 0;
            } else {
                int records = batch.get(i - 1).records().size();
                outcomes.add(new Appended(records == 0 ? next - 1 : next));
                next += records;
            }
        }
        return outcomes;
    }

    private static Outcome odd(ByteBuffer text) {
        boolean remembered = word(text).equals("R");
        long position = number(text);
        byte[] content = new byte[(int) number(text)];
        text.get(content);
        return remembered
                ? new Remembered(position, new String(content, StandardCharsets.UTF_8))
                : new Overtaken(position);
    }

    private static long number(ByteBuffer text) {
        return Long.parseLong(word(text));
    }

    private static String word(ByteBuffer text) {
        StringBuilder word = new StringBuilder();
        for (char next = (char) text.get(); next != ' '; next = (char) text.get()) {
            word.append(next);
        }
        return word.toString();
    }
}
