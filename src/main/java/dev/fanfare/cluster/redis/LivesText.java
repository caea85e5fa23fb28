package dev.fanfare.cluster.redis;

import dev.fanfare.log.SharedLog.Life;
import java.util.ArrayList;
import java.util.List;

/** Lives as the scripts write them: {@code epoch from lostAfter}, commas between; the present one has a hyphen at the end. */
final class LivesText {
    private static final String PRESENT = "-";

    private LivesText() {}

    static List<Life> read(String text) {
        List<Life> lives = new ArrayList<>();
        for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] parts = each.split(" ", -1);
            long lostAfter = parts[2].equals(PRESENT) ? Long.MAX_VALUE : Long.parseLong(parts[2]);
            lives.add(new Life(parts[0], Long.parseLong(parts[1]), lostAfter));
        }
        return lives;
    }

    static String write(List<Life> lives) {
        StringBuilder text = new StringBuilder();
        for (Life each : lives) {
            text.append(text.length() == 0 ? "" : ",")
                    .append(each.epoch())
                    .append(' ')
                    .append(each.from())
                    .append(' ')
                    .append(each.lostAfter() == Long.MAX_VALUE ? PRESENT : Long.toString(each.lostAfter()));
        }
        return text.toString();
    }
}
