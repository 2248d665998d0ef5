package io.headrace.engine.group;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SinkProcessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The processor {@code failover}: the sink with the largest priority that delivers works alone. One that failed is left
 * alone for a while, unless no other delivers, and works again when it is ready and the while is over. Whoever worked before
 * first ends what it has taken, so that order holds; one that does not end it within {@value #HAND_OVER_MILLIS} ms is not
 * waited for.
 */
final class FailoverProcessor implements SinkProcessor {
    static final long HAND_OVER_MILLIS = 5_000;

    /** Settings. */
    record Settings(
            @Setting(
                    key = "priority.*",
                    word = true,
                    doc = "priority.SINK: a whole number for each sink, each number once; the largest works first. A"
                            + " sink without one works after all that have one.")
            Map<String, String> priorities,

            @Setting(
                    key = "maxpenalty",
                    byDefault = "30000",
                    unit = "ms",
                    min = 0,
                    doc =
                            "How long a sink that failed is left alone at most; 2 s after its first failure, twice as long"
                                    + " after each further one until it delivers.")
            long maxpenalty) {}

    private final ComponentContext context;
    private final Settings settings;
    private final List<Cooling> byPriority = new ArrayList<>();
    private Member current;
    private boolean handingOver;
    private long handOverNanos;

    FailoverProcessor(ComponentContext context) {
        this.context = context;
        this.settings = context.settings(Settings.class);
    }

    @Override
    public void join(List<Member> joining) {
        Map<String, Long> priorities = new HashMap<>();
        long next = -1;
        for (Member member : joining) {
            String written = settings.priorities().get(member.name());
            priorities.put(member.name(), written == null ? next-- : Long.parseLong(written.trim()));
        }
        joining.stream()
                .sorted(Comparator.comparingLong((Member member) -> priorities.get(member.name()))
                        .reversed())
                .forEach(member -> byPriority.add(new Cooling(member, settings.maxpenalty())));
    }

    @Override
    public void update() {
        long now = context.nanoTime();
        byPriority.forEach(sink -> sink.look(now));
        Member best = best();
        if (best == null) {
            best = current == null ? byPriority.get(0).member : current;
        }
        if (best == current) {
            handingOver = false;
            current.setActive(true);
        } else if (current == null) {
            take(best);
        } else {
            handOver(best, now);
        }
    }

    private void handOver(Member best, long now) {
        if (!handingOver) {
            handingOver = true;
            handOverNanos = now;
            current.setActive(false);
        }
        boolean waited = now - handOverNanos >= TimeUnit.MILLISECONDS.toNanos(HAND_OVER_MILLIS);
        if (current.openLeases() == 0 || waited) {
            take(best);
        }
    }

    private void take(Member best) {
        handingOver = false;
        current = best;
        best.setActive(true);
    }

    /** The first that is ready and not left alone; where all are, the first that is ready. Null when none is. */
    private Member best() {
        Member ready = null;
        for (Cooling sink : byPriority) {
            if (sink.member.isHealthy()) {
                if (sink.isOver()) {
                    return sink.member;
                } else if (ready == null) {
                    ready = sink.member;
                }
            }
        }
        return ready;
    }

    /** Registers the processor. */
    public static final class Provider implements ComponentProvider.OfSinkProcessor {
        @Override
        public String alias() {
            return "failover";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.sink.FailoverSinkProcessor");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "lets the sink with the largest priority work that delivers, the others stand by";
        }

        @Override
        public SinkProcessor create(ComponentContext context) {
            return new FailoverProcessor(context);
        }
    }
}
