package io.headrace.benchmarks.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is sent over a link, by its name: {@code hot}, {@code built} or {@code backlog}, then what differs from one
 * connection, 200-byte events and a memory channel at the far end. Immutable.
 */
record LinkWorkload(String kind, Set<String> parts) {
    /** So many that they don't stay in the processor's cache, for all peers alike: each with events of its own. */
    private static final int DISTINCT_BATCHES = 61;

    private static final Set<String> KINDS = Set.of("hot", "built", "backlog");
    private static final Set<String> PARTS = Set.of("1k", "8", "file", "tls", "zstd");
    private static final Set<String> OF_RAW = Set.of("1k", "8");
    private static final Set<String> OF_FLUME = Set.of("1k", "8", "file");

    static LinkWorkload of(String name) {
        List<String> words = Arrays.asList(name.split("-"));
        Set<String> parts = new TreeSet<>(words.subList(1, words.size()));
        if (!KINDS.contains(words.get(0)) || !PARTS.containsAll(parts)) {
            throw new IllegalArgumentException("workload: " + name + " (expected: one of " + new TreeSet<>(KINDS)
                    + ", then any of " + new TreeSet<>(PARTS) + ", with -)");
        }
        return new LinkWorkload(words.get(0), parts);
    }

    private static String name(String kind, Set<String> parts) {
        return parts.isEmpty() ? kind : kind + "-" + String.join("-", parts);
    }

    String name() {
        return name(kind, parts);
    }

    /** Name of the same over Netty without a protocol. */
    String raw() {
        return name("raw", common(OF_RAW));
    }

    /** Name of the same by Flume. */
    String flume() {
        return name("flume", common(OF_FLUME));
    }

    /** Whether Flume's agent as it is installed does it as well. */
    boolean isAgentsToo() {
        return flume().equals("flume");
    }

    boolean has(String part) {
        return parts.contains(part);
    }

    /** What all peers are told of it. */
    Order order() {
        return new Order(Map.of(
                "mode", kind,
                "frameEvents", "1000",
                "distinctBatches", Integer.toString(DISTINCT_BATCHES),
                "eventBytes", has("1k") ? "1024" : "200",
                "connections", has("8") ? "8" : "1",
                "channel", has("file") ? "file" : "memory",
                "tls", has("tls") ? "yes" : "no",
                "compression", has("zstd") ? "zstd" : "none"));
    }

    private Set<String> common(Set<String> known) {
        Set<String> common = new TreeSet<>(parts);
        common.retainAll(known);
        return common;
    }
}
