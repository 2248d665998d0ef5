package io.headrace.engine.channel;

/** When a channel's journal writes to the log. */
public enum ChannelPolicy {
    /** Never: there is no log. */
    MEMORY,
    /** While memory is short, and at an orderly stop. */
    DUAL,
    /** Always. */
    FILE,
    /** Never, and what is put is dropped at once. */
    DISCARD
}
