package dev.fanfare.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.0.0.0,true",
        "10.0.0.0/8,10.255.255.255,true",
        "10.0.0.0/8,11.0.0.0,false",
        "10.0.0.0/8,9.255.255.255,false",
        "10.1.2.3/8,10.9.9.9,true", // what is behind the network's bits does not count
        "192.0.2.128/25,192.0.2.127,false",
        "192.0.2.128/25,192.0.2.128,true",
        "192.0.2.4/31,192.0.2.5,true",
        "192.0.2.4/31,192.0.2.6,false",
        "192.0.2.4/32,192.0.2.4,true",
        "192.0.2.4/32,192.0.2.5,false",
        "192.0.2.4,192.0.2.4,true",
        "192.0.2.4,192.0.2.5,false",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,::1,false", // addresses of the other kind are in no range of this one
        "fd00::/8,fd12:3456::1,true",
        "fd00::/8,fc00::1,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
        "::/0,::1,true",
        "::/0,127.0.0.1,false",
        "127.0.0.1,::ffff:127.0.0.1,true", // IPv4 as IPv6 writes it
        "::ffff:10.0.0.0/8,10.9.9.9,true",
        "fe80::/10,fe80::1%eth0,true", // as a socket has the address of a neighbour on the link
        "fe80::/10,2001:db8::1%eth0,false"
    })
    void anAddressIsInARangeByTheBitsOfItsNetwork(String range, String address, boolean isIn) {
        assertThat(AddressRanges.of(List.of(range)).contains(address)).isEqualTo(isIn);
    }

    @Test
    void severalRangesAreOneSet() {
        AddressRanges ranges = AddressRanges.of(List.of("10.0.0.0/8", "::1", "192.0.2.7"));

        assertThat(List.of("10.1.1.1", "::1", "192.0.2.7")).allMatch(ranges::contains);
        assertThat(List.of("192.0.2.8", "::2", "11.1.1.1")).noneMatch(ranges::contains);
        assertThat(ranges.isEmpty()).isFalse();
    }

    @Test
    void withoutRangesNothingIsIn() {
        assertThat(AddressRanges.none().contains("127.0.0.1")).isFalse();
        assertThat(AddressRanges.of(List.of()).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "unknown",
                "_hidden",
                "256.1.1.1",
                "1.2.3",
                "1.2.3.4.5",
                "::g",
                ":::",
                "1::2::3",
                "a"
            })
    void whatIsNoAddressIsInNoRangeAndNobodyIsAskedForAName(String text) {
        AddressRanges all = AddressRanges.of(List.of("0.0.0.0/0", "::/0"));

        assertThat(all.contains(text)).isFalse();
        assertThat(AddressRanges.canonical(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/8/8",
                "/8",
                "::/129",
                "fd00::/x",
                "10.0.0.0/ 8",
                "10.0.0.0/0008",
                "10.0.0/8",
                "proxy/8",
                "fe80::1%eth0",
                "fe80::1%eth0/64"
            })
    void whatIsNoRangeIsRefusedByItsText(String text) {
        assertThatThrownBy(() -> AddressRanges.of(List.of("10.0.0.0/8", text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,192.0.2.1",
        "2001:DB8:0::1,2001:db8:0:0:0:0:0:1",
        "2001:db8::0001,2001:db8:0:0:0:0:0:1",
        "::ffff:192.0.2.1,192.0.2.1"
    })
    void anAddressHasOneSpelling(String text, String canonical) {
        assertThat(AddressRanges.canonical(text)).isEqualTo(canonical);
    }
}
