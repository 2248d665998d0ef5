package io.headrace.benchmarks.peers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A peer that does its work once, warm, and says what came out as one JSON object (SUITES.md).
 *
 * <p>Its arguments are an order, {@code name=value}, and {@code contestant}, {@code axis} (name and value with a colon between)
 * and {@code allocatedPer}, which go into the answer; {@code warmRounds} before the one that counts, for which {@code
 * warmMillis}, {@code warmBacklog} and so on replace what has that name without {@code warm}.
 */
final class Contestant {
    private static final double NANOS = 1e9;
    private static final String WARM = "warm";

    private Contestant() {}

    /** Does it, and returns the object. */
    static String run(PeerWork work, List<String> arguments, Path folder) throws Exception {
        Order order = Order.parse(String.join("\t", arguments));
        Order warm = warm(order);
        for (long i = order.number("warmRounds", 2); i > 0; i--) {
            work.run(warm);
        }
        Settle.disk(folder);
        Order answer = new Order(work.run(order));
        return json(
                order.values().get("contestant"),
                order.values().get("axis"),
                order.values().getOrDefault("allocatedPer", "event"),
                answer);
    }

    /** The same with what is told of a round that only warms, {@code warmMillis} for {@code millis} and so on. */
    private static Order warm(Order order) {
        Order warm = order;
        for (Map.Entry<String, String> each : order.values().entrySet()) {
            if (each.getKey().startsWith(WARM)) {
                String name = each.getKey().substring(WARM.length());
                warm = warm.with(Character.toLowerCase(name.charAt(0)) + name.substring(1), each.getValue());
            }
        }
        return warm;
    }

    /**
     * The object of one round.
     *
     * @param axis name and value, with a colon between, or null
     * @param per of what allocation is told: event, frame
     */
    static String json(String name, String axis, String per, Order answer) {
        Json json = new Json();
        if (name != null) {
            json.text("contestant", name);
        }
        if (axis != null) {
            int colon = axis.indexOf(':');
            json.raw(
                    "axis",
                    new Json()
                            .raw(axis.substring(0, colon), axis.substring(colon + 1))
                            .toString());
        }
        long events = answer.number(Stopwatch.EVENTS);
        double seconds = answer.number(Stopwatch.NANOS) / NANOS;
        json.text("unit", "events/s")
                .number("rate", events / seconds)
                .number("events", events)
                .number("seconds", seconds)
                .number("cpuSeconds", answer.number(Stopwatch.CPU_NANOS) / NANOS);
        if (answer.values().containsKey(Allocation.ALLOCATED_BYTES)) {
            long each = per.equals("event") ? events : answer.number("batches");
            json.number("allocatedBytes", (double) answer.number(Allocation.ALLOCATED_BYTES) / each)
                    .text("allocatedPer", per);
        }
        json.texts("verified", verified(answer, events));
        Map<String, Double> figures = new LinkedHashMap<>();
        if (answer.number(Stopwatch.DISK_BYTES, 0) > 0) {
            figures.put("disk bytes a byte of a body", Answers.diskBytes(answer));
        }
        if (answer.number("syncs", 0) > 0) {
            figures.put("events a sync", (double) events / answer.number("syncs"));
        }
        if (answer.number("framesLogged", 0) > 0) {
            figures.put(
                    "frames read back, of all that were logged",
                    (double) answer.number("framesEvicted") / answer.number("framesLogged"));
        }
        if (!figures.isEmpty()) {
            Json inner = new Json();
            figures.forEach(inner::number);
            json.raw("figures", inner.toString());
        }
        return json.toString();
    }

    private static List<String> verified(Order answer, long events) {
        String told = answer.values().get("verified");
        return told == null
                ? List.of(events + " events taken as put, the sum over their bodies as put")
                : List.of(told.split(";"));
    }
}
