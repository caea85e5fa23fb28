package dev.fanfare.server.grizzly.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressBlockTest {
    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2::1,2001:db8:1:2:ffff:ffff:ffff:ffff,true",
        "2001:db8:1:2::1,2001:db8:1:3::1,false",
        "2001:db8:1:2::1,2001:db8:8001:2::1,false",
        "::1,::1,true",
        "::1,127.0.0.1,false",
        "fe80::1%eth0,fe80::2%eth1,true", // a host of a link makes itself as many as it likes
        "fe80::1,fe80::2%7,true",
        "192.0.2.1,192.0.2.1,true",
        "192.0.2.1,192.0.2.2,false",
        "255.255.255.255,ffff:ffff:ffff:ffff::1,false",
        "::ffff:192.0.2.1,192.0.2.1,true",
        "::ffff:192.0.2.1,::ffff:192.0.2.2,false",
        "64:ff9b::192.0.2.1,192.0.2.1,true", // a translator brings clients of IPv4 to a server of IPv6
        "64:ff9b::192.0.2.1,64:ff9b::192.0.2.2,false",
        "64:ff9b:0:0:1::1,64:ff9b:0:0:2::2,true", // no translated addresses
        "64:ff9b:1::1,64:ff9b:1::2,true"
    })
    void anIpv6AddressCountsByItsFirst64BitsAndAnIpv4AddressByAll(String one, String other, boolean isSame) {
        assertThat(AddressBlock.of(one).equals(AddressBlock.of(other))).isEqualTo(isSame);
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThatThrownBy(() -> AddressBlock.of("::1::"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'::1::' is no address");
    }
}
