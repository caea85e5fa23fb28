package dev.fanfare.config;

import java.util.List;

/** What is wrong with the configuration, all of it. The message has a line for each fault. */
public final class ConfigFaults extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // an immutable list of texts
    private final List<String> faults;

    /** One line for each fault. */
    public ConfigFaults(List<String> faults) {
        super(String.join("\n", faults));
        this.faults = List.copyOf(faults);
    }

    /** Each one line that names the key, its value unless that may be secret, where it stands, and what would be right. */
    public List<String> faults() {
        return faults;
    }
}
