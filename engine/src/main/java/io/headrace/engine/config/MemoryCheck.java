package io.headrace.engine.config;

import io.headrace.engine.config.AgentConfiguration.SourceConfiguration;
import io.headrace.frame.FramePool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Compares what an agent's parts may take outside the heap with what the process may take. Owned by one thread, used once.
 */
final class MemoryCheck {
    private static final String FLAGS =
            "a larger -XX:MaxDirectMemorySize, or -Xmx without it, as an argument of headrace"
                    + " agent and validate or in JAVA_OPTS";

    private final List<MemoryPlan.Part> parts = new ArrayList<>();
    private final Map<String, ConfigValue> places = new HashMap<>();
    private MemoryPlan plan;

    /** Notes what a component takes, if its settings say so. */
    void part(ComponentSettings settings, Record read) {
        if (read instanceof FrameMemory memory) {
            FrameMemory.Bound bound = memory.frameMemory();
            ConfigValue written = settings.values().get(bound.key());
            String key = settings.prefix() + bound.key();
            parts.add(new MemoryPlan.Part(key, written != null, bound));
            places.put(key, written == null ? settings.type() : written);
        }
    }

    /**
     * Tells what doesn't fit and what is lowered.
     *
     * @param limitBytes that the process may take outside the heap
     * @param lenient whether what doesn't fit is only warned of
     * @param effective gets the bounds that are lowered
     */
    void check(long limitBytes, boolean lenient, Findings findings, Map<String, String> effective) {
        plan = new MemoryPlan(parts, limitBytes, FramePool.sharedBytes());
        if (parts.isEmpty()) {
            return;
        }
        plan.unbounded()
                .forEach(part -> findings.warn(
                        places.get(part.key()),
                        null,
                        part.key() + ": 0: " + MemoryPlan.mib(plan.bound(part)) + " MiB, all that is left ("
                                + plan.figures() + "; more with " + FLAGS + ")"));
        List<MemoryPlan.Part> lowered = plan.lowered();
        lowered.forEach(part -> findings.note(
                places.get(part.key()),
                null,
                part.key() + ": " + plan.bound(part) + ", not " + part.bound().bytes()
                        + ", the default, so that all fits (" + plan.figures() + ")"));
        parts.stream()
                .filter(part -> !part.isFixed())
                .forEach(part -> effective.put(part.key(), Long.toString(plan.bound(part))));
        if (!plan.fits()) {
            refuse(lenient, findings);
        }
    }

    private void refuse(boolean lenient, Findings findings) {
        MemoryPlan.Part largest = parts.stream()
                .max(Comparator.comparing(MemoryPlan.Part::isFixed)
                        .thenComparing(part -> part.bound().bytes()))
                .orElseThrow();
        ConfigValue place = places.get(largest.key());
        String message = largest.key() + ": " + plan.bound(largest) + ": the agent may run out of memory (expected: "
                + "less in byteCapacity and receiveBytes, or " + FLAGS + "; " + plan.figures() + ")";
        if (largest.isFixed() && plan.couldFit() && !lenient) {
            findings.error(place, null, message);
        } else {
            findings.warn(place, null, message);
        }
    }

    List<ComponentSettings> channels(List<ComponentSettings> channels) {
        return channels.stream().map(this::bounded).collect(Collectors.toList());
    }

    List<SourceConfiguration> sources(List<SourceConfiguration> sources) {
        return sources.stream()
                .map(source -> source.withSettings(bounded(source.settings())))
                .collect(Collectors.toList());
    }

    /** The settings with the bound that their component gets. */
    private ComponentSettings bounded(ComponentSettings settings) {
        for (MemoryPlan.Part part : parts) {
            boolean own = part.key().startsWith(settings.prefix());
            if (own && !part.isFixed() && plan.bound(part) != part.bound().bytes()) {
                return settings.with(part.bound().key(), Long.toString(plan.bound(part)));
            }
        }
        return settings;
    }
}
