package dev.fanfare.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of addresses, as {@code 10.0.0.0/8}, {@code fd00::/8} or a single address (RFC 4632, RFC 4291). Thread-safe.
 */
public final class AddressRanges {
    private static final AddressRanges NONE = new AddressRanges(List.of());

    private final List<Range> ranges;

    private static final class Range {
        private final byte[] network;
        private final int bits;

        Range(byte[] network, int bits) {
            this.network = network;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i & 7);
                if ((address[i >> 3] & mask) != (network[i >> 3] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private AddressRanges(List<Range> ranges) {
        this.ranges = ranges;
    }

    /** No address is in them. */
    public static AddressRanges none() {
        return NONE;
    }

    /** @throws IllegalArgumentException saying which one is no range */
    static AddressRanges of(List<String> texts) {
        return new AddressRanges(texts.stream().map(AddressRanges::range).toList());
    }

    private static Range range(String text) {
        int slash = text.indexOf('/');
        byte[] network = bytes(slash < 0 ? text : text.substring(0, slash));
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (network.length > 0 && slash < 0) {
            return new Range(network, network.length * 8);
        }
        if (network.length == 0 || !bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > network.length * 8) {
            throw new IllegalArgumentException("has '" + text + "', which is no range of addresses");
        }
        return new Range(network, Integer.parseInt(bits));
    }

    /** An address as bytes, IPv4 in IPv6 as IPv4; none for what is no address. Asks nobody for names. */
    private static byte[] bytes(String text) {
        boolean isAddress =
                text.indexOf(':') >= 0 ? text.matches("[0-9A-Fa-f:.]+") : text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        try {
            return isAddress ? InetAddress.getByName(text).getAddress() : new byte[0];
        } catch (UnknownHostException e) {
            return new byte[0];
        }
    }

    /** An address in the one spelling of many that it has here; null for a text that is no address. */
    public static @Nullable String canonical(String text) {
        byte[] bytes = bytes(text);
        try {
            return bytes.length == 0 ? null : InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    /** Whether an address is in one of them, whatever its zone; a text that is no address is in none. */
    public boolean contains(String address) {
        if (ranges.isEmpty()) {
            return false;
        }
        int zone = address.indexOf('%');
        byte[] bytes = bytes(zone < 0 ? address : address.substring(0, zone));
        return ranges.stream().anyMatch(range -> range.contains(bytes));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }
}
