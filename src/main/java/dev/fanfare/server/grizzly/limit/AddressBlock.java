package dev.fanfare.server.grizzly.limit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * What counts as one address where clients are bounded by address: an IPv4 address, or the first 64 bits of an IPv6 address.
 * Who has one IPv6 address usually has all that begin with these bits (<a
 * href="https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4">RFC 4291, 2.5.4</a>), and so does each host of a link for
 * link-local addresses. IPv4 addresses that IPv6 carries ({@code ::ffff:0:0/96}, and {@code 64:ff9b::/96} of <a
 * href="https://www.rfc-editor.org/rfc/rfc6052#section-2.1">RFC 6052</a>) count as IPv4.
 *
 * @param bits the IPv4 address, or the beginning of the IPv6 address
 */
public record AddressBlock(long bits, boolean isIpv4) {
    private static final long TRANSLATED = 0x0064_ff9b_0000_0000L;

    /** The block of an address. Java has IPv4-mapped addresses as IPv4. */
    public static AddressBlock of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        if (bytes.remaining() == Integer.BYTES) {
            return new AddressBlock(bytes.getInt(), true);
        }
        long first = bytes.getLong();
        return first == TRANSLATED && bytes.getInt() == 0
                ? new AddressBlock(bytes.getInt(), true)
                : new AddressBlock(first, false);
    }

    /**
     * The block of an address as a socket or {@link dev.fanfare.config.AddressRanges#canonical} writes it. A zone is passed over.
     *
     * @throws IllegalArgumentException if the text is no address
     */
    public static AddressBlock of(String address) {
        int zone = address.indexOf('%');
        try {
            return of(InetAddress.getByName(zone < 0 ? address : address.substring(0, zone)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + address + "' is no address", e);
        }
    }
}
