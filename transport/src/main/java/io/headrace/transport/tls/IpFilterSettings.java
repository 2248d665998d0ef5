package io.headrace.transport.tls;

import io.headrace.engine.config.Setting;

/** Who may connect to a source, by address; keys as in Flume. A part of other settings. */
public record IpFilterSettings(
        @Setting(key = "ipFilter", byDefault = "false", doc = "Whether ipFilterRules decide who may connect.")
        boolean enabled,

        @Setting(
                key = "ipFilterRules",
                byDefault = "allow:ip:*",
                word = true,
                doc = "Comma separated rules allow|deny:ip|name:PATTERN, with * for any characters; also"
                        + " ip:10.0.0.0/8. The first that fits decides; an address that none fits may connect.")
        String rules) {
    /** Everybody may connect. */
    public static final IpFilterSettings OFF = new IpFilterSettings(false, "allow:ip:*");

    public IpFilterSettings {
        IpFilter.parse(rules);
    }

    /** The filter that these settings mean. */
    public IpFilter filter() {
        return enabled ? IpFilter.parse(rules) : IpFilter.ALL;
    }
}
