package dev.fanfare.event;

/*
 * A topic is compared with the templates whose prefix it begins with. Of the prefixes of one topic each begins another, so
 * what is compared with it are templates of which any two have that in common. The one of them that came last was let in when
 * those that are here yet, and itself, were within the bound.
 */
/**
 * Keeps a set of templates so small that comparing any one topic with them takes a bounded time, counted in {@linkplain
 * Selector#passes passes} over the topic. Templates for different topics, such as those of different users, don't add up.
 * Not thread-safe.
 */
public final class TemplateCosts {
    private static final class Passes {
        private long sum;
    }

    private volatile long most;
    private final PrefixMap<Passes> byPrefix = new PrefixMap<>();

    /** @param most most passes over a topic, whatever it is */
    public TemplateCosts(long most) {
        this.most = most;
    }

    /** Has another bound for what comes from now on; any thread may set it. */
    public void take(long newMost) {
        most = newMost;
    }

    /** Takes a template in, if comparing a topic that begins like it stays within the bound; whether it does. */
    public boolean add(Selector.Template template) {
        if (template.passes() > most - compared(template.prefix())) {
            return false;
        }
        byPrefix.get(template.prefix(), Passes::new).sum += template.passes();
        return true;
    }

    /** The passes over a topic that begins with a prefix, at most, but that it stops where it is above the bound. */
    private long compared(String prefix) {
        Passes compared = new Passes();
        byPrefix.forEachPrefixOf(prefix, passes -> compared.sum += passes.sum);
        for (Passes passes : byPrefix.longerThan(prefix)) {
            compared.sum += passes.sum;
            if (compared.sum > most) {
                break;
            }
        }
        return compared.sum;
    }

    /** Takes out a template that is in. */
    public void remove(Selector.Template template) {
        Passes passes = byPrefix.get(template.prefix());
        if (passes != null) {
            passes.sum -= template.passes();
            if (passes.sum == 0) {
                byPrefix.remove(template.prefix());
            }
        }
    }
}
