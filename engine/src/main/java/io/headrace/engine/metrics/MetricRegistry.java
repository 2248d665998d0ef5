package io.headrace.engine.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All metric groups of an agent. Safe for any thread. */
public final class MetricRegistry {
    private record Key(GroupType type, String name) {}

    private final String agentName;
    private final ConcurrentMap<Key, MetricGroup> groups = new ConcurrentHashMap<>();

    public MetricRegistry(String agentName) {
        this.agentName = Objects.requireNonNull(agentName, "agentName");
    }

    public String agentName() {
        return agentName;
    }

    /** The group of a component, made at first use; it outlives the component's restarts. */
    public MetricGroup group(GroupType type, String name) {
        return groups.computeIfAbsent(new Key(type, name), key -> new MetricGroup(type, name));
    }

    /** All groups, by type and name. */
    public List<MetricGroup> groups() {
        List<MetricGroup> sorted = new ArrayList<>(groups.values());
        sorted.sort(Comparator.comparing(MetricGroup::type).thenComparing(MetricGroup::name));
        return sorted;
    }
}
