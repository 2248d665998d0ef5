package io.headrace.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which addresses Flume's rules let in. */
class IpFilterTest {
    private static final Supplier<String> NOBODY = () -> {
        throw new AssertionError("no name is needed");
    };

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "allow:ip:127.*,allow:name:localhost,deny:ip:*|127.0.0.1|true",
                "allow:ip:127.*,allow:name:localhost,deny:ip:*|10.0.0.1|false",
                "allow:name:localhost,deny:ip:*|::1|true",
                "allow:name:localhost,deny:ip:*|127.5.6.7|true",
                "deny:ip:10.1.2.3|10.1.2.3|false",
                "deny:ip:10.1.2.3|10.1.2.30|true",
                "deny:ip:10.1.2.*|10.1.2.30|false",
                "allow:ip:10.1.2.3,deny:ip:10.*|10.1.2.3|true",
                "deny:ip:10.*,allow:ip:10.1.2.3|10.1.2.3|false",
                "deny:ip:10.0.0.0/8|10.200.0.1|false",
                "deny:ip:10.0.0.0/8|11.0.0.1|true",
                "allow:ip:192.168.1.128/25,deny:ip:*|192.168.1.127|false",
                "allow:ip:192.168.1.128/25,deny:ip:*|192.168.1.129|true",
                "deny:ip:fd00::/8|fd12:3456::1|false",
                "deny:ip:fd00::/8|fe80::1|true",
                "deny:ip:2001:DB8:0::1|2001:db8::1|false",
                "deny:ip:2001:db8:*|2001:db8::7|false",
                " ALLOW:IP:1.2.3.4 , deny:ip:* |1.2.3.4|true",
                "deny:ip:1*2.0.0.1|1.2.0.0|true",
                "deny:ip:1.2.3.4|112.3.4.1|true",
            })
    void shouldDecideByTheFirstRuleThatFits(String rules, String peer, boolean allowed) throws Exception {
        IpFilter filter = IpFilter.parse(rules);
        assertThat(filter.refusal(address(peer), NOBODY).isEmpty()).isEqualTo(allowed);
        assertThat(filter.needsName(address(peer))).isFalse();
    }

    @Test
    void shouldAskForANameOnlyWhenARuleNeedsIt() throws Exception {
        IpFilter filter = IpFilter.parse("allow:ip:10.*,allow:name:*.acme.example,deny:ip:*");
        assertThat(filter.needsName(address("10.0.0.1"))).isFalse();
        assertThat(filter.needsName(address("11.0.0.1"))).isTrue();
        assertThat(filter.refusal(address("11.0.0.1"), () -> "web1.ACME.example"))
                .isEmpty();
        assertThat(filter.refusal(address("11.0.0.1"), () -> "web1.acme.example.evil"))
                .hasValue("deny:ip:*");
    }

    @Test
    void shouldTakeAMappedAddressForTheAddressInIt() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 10;
        mapped[15] = 1;
        InetAddress address = Inet6Address.getByAddress("x", mapped, 0);
        assertThat(IpFilter.parse("deny:ip:10.*").refusal(address, NOBODY)).hasValue("deny:ip:10.*");
    }

    @Test
    void shouldLetEverybodyInWithoutRules() throws Exception {
        assertThat(IpFilter.ALL.refusal(address("8.8.8.8"), NOBODY)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deny",
                "deny:ip",
                "deny:ip:",
                "maybe:ip:*",
                "deny:host:x",
                "deny:ip:10.0.0.0/33",
                "deny:ip:x/8",
                "deny:ip:*,,allow:ip:*"
            })
    void shouldSayWhichRuleIsNone(String rules) {
        assertThatThrownBy(() -> IpFilter.parse(rules))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ipFilterRules: ")
                .hasMessageContaining("(expected: ");
    }
}
