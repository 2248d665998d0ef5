package io.headrace.transport.tls;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Rules on who may connect, as Flume writes them: {@code allow:ip:127.*,allow:name:localhost,deny:ip:*}. The first that
 * fits decides, none means yes. An IP is a pattern with {@code *} on the address as it is written, or a net such as {@code
 * 10.0.0.0/8}; a name is a pattern on the host's name, and {@code localhost} every loopback address and nothing else.
 * Immutable.
 */
public final class IpFilter {
    /** Everybody may connect. */
    public static final IpFilter ALL = new IpFilter(List.of());

    private static final int MAPPED_PREFIX = 12;

    private record Rule(
            boolean allows, String text, Pattern pattern, IpSubnetFilterRule net, boolean byName, boolean local) {
        boolean fits(InetAddress address, Supplier<String> name) {
            if (net != null) {
                return net.matches(new InetSocketAddress(address, 0));
            } else if (!byName) {
                return pattern.matcher(NetUtil.toAddressString(address)).matches()
                        || pattern.matcher(plain(address)).matches();
            }
            return local
                    ? address.isLoopbackAddress()
                    : pattern.matcher(name.get()).matches();
        }

        private static String plain(InetAddress address) {
            String text = address.getHostAddress();
            int scope = text.indexOf('%');
            return scope < 0 ? text : text.substring(0, scope);
        }
    }

    private final List<Rule> rules;

    private IpFilter(List<Rule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException that says which rule is none */
    public static IpFilter parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String one : text.split(",")) {
            String rule = one.trim();
            String[] parts = rule.split(":", 3);
            String action = parts[0].toLowerCase(Locale.ROOT);
            String kind = parts.length == 3 ? parts[1].toLowerCase(Locale.ROOT) : "";
            boolean sound = (action.equals("allow") || action.equals("deny"))
                    && (kind.equals("ip") || kind.equals("name"))
                    && !parts[2].isBlank();
            if (!sound) {
                throw new IllegalArgumentException(
                        "ipFilterRules: " + rule + " (expected: allow|deny:ip|name:PATTERN)");
            }
            boolean byName = kind.equals("name");
            boolean isNet = !byName && parts[2].indexOf('/') >= 0;
            rules.add(new Rule(
                    action.equals("allow"),
                    rule,
                    isNet ? null : Wildcards.pattern(byName ? parts[2] : canonical(parts[2])),
                    isNet ? net(rule, parts[2]) : null,
                    byName,
                    byName && parts[2].equalsIgnoreCase("localhost")));
        }
        return new IpFilter(List.copyOf(rules));
    }

    /** An IPv6 address without a wildcard may be written in many ways. */
    private static String canonical(String pattern) {
        return NetUtil.isValidIpV6Address(pattern)
                ? NetUtil.toAddressString(NetUtil.createInetAddressFromIpAddressString(pattern))
                : pattern;
    }

    private static IpSubnetFilterRule net(String rule, String text) {
        int slash = text.indexOf('/');
        String address = text.substring(0, slash);
        try {
            if (!NetUtil.isValidIpV4Address(address) && !NetUtil.isValidIpV6Address(address)) {
                throw new IllegalArgumentException(address);
            }
            return new IpSubnetFilterRule(
                    address, Integer.parseInt(text.substring(slash + 1)), IpFilterRuleType.ACCEPT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "ipFilterRules: " + rule + " (expected: a net such as 10.0.0.0/8 or fd00::/8)", e);
        }
    }

    /** Whether the answer for an address depends on its name, which may take time to find. */
    public boolean needsName(InetAddress address) {
        InetAddress own = unmapped(address);
        for (Rule rule : rules) {
            if (rule.byName() && !rule.local()) {
                return true;
            } else if (rule.fits(own, () -> "")) {
                return false;
            }
        }
        return false;
    }

    /**
     * The rule that keeps an address out, or empty when it may connect.
     *
     * @param name the host's name, asked for only when a rule needs it; may block
     */
    public Optional<String> refusal(InetAddress address, Supplier<String> name) {
        InetAddress own = unmapped(address);
        for (Rule rule : rules) {
            if (rule.fits(own, name)) {
                return rule.allows() ? Optional.empty() : Optional.of(rule.text());
            }
        }
        return Optional.empty();
    }

    /** As {@link #refusal(InetAddress, Supplier)}, asking the system for the name: blocks, if a rule needs it. */
    public Optional<String> refusal(InetAddress address) {
        return refusal(address, unmapped(address)::getHostName);
    }

    /** ::ffff:127.0.0.1 is 127.0.0.1. */
    private static InetAddress unmapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (!(address instanceof Inet6Address) || bytes[MAPPED_PREFIX - 1] != -1 || bytes[MAPPED_PREFIX - 2] != -1) {
            return address;
        }
        try {
            // Java makes an IPv4 address of it, if the other bytes are zero.
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes", e);
        }
    }
}
