package io.headrace.engine.group;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SinkProcessor;
import io.headrace.engine.spi.SinkSelector;
import io.headrace.engine.spi.SinkSharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The processor {@code load_balance}: all sinks that deliver work, at once. The selector says which of those that have room
 * gets the next batch, or which event goes where. With {@code backoff} a sink that failed is left alone for a while; without,
 * it works again as soon as it is ready.
 */
final class LoadBalanceProcessor implements SinkProcessor {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "selector",
                    byDefault = "round_robin",
                    word = true,
                    doc = "Which sink gets the next batch: round_robin, random, the class of a SinkSelector; or hash,"
                            + " which sends equal events to the same sink and splits batches for it.")
            String selector,

            @Setting(
                    key = "selector.header",
                    word = true,
                    doc = "With hash: the header that is hashed, instead of the body; an event without it goes by its"
                            + " body.")
            Optional<String> header,

            @Setting(
                    key = "backoff",
                    byDefault = "false",
                    doc = "Whether a sink that failed is left alone for a while: 2 s, twice as long after each further"
                            + " failure until it delivers.")
            boolean backoff,

            @Setting(
                    key = "selector.maxTimeOut",
                    byDefault = "30000",
                    unit = "ms",
                    min = 0,
                    doc = "With backoff: how long a sink that failed is left alone at most.")
            long maxTimeOut) {
        /** The selector's name as it is compared. */
        String kind() {
            return selector.toLowerCase(Locale.ROOT);
        }
    }

    private final ComponentContext context;
    private final Settings settings;
    private final SinkSharing sharing;
    private final List<Cooling> sinks = new ArrayList<>();

    LoadBalanceProcessor(ComponentContext context) {
        this.context = context;
        this.settings = context.settings(Settings.class);
        this.sharing = switch (settings.kind()) {
            case "round_robin" -> new SinkSharing.InTurn(new RoundRobinSelector());
            case "random" -> new SinkSharing.InTurn(new RandomSelector(context::randomLong));
            case "hash" ->
                new SinkSharing.ByHash(
                        new EventHashing(settings.header().orElse(null)),
                        settings.header().map(header -> "header " + header).orElse("body"));
            default -> new SinkSharing.InTurn(custom());
        };
    }

    private SinkSelector custom() {
        return context.components()
                .get(ComponentProvider.OfSinkSelector.class, settings.selector())
                .create(context);
    }

    @Override
    public void join(List<Member> joining) {
        joining.forEach(member -> sinks.add(new Cooling(member, settings.maxTimeOut())));
    }

    @Override
    public void update() {
        long now = context.nanoTime();
        sinks.forEach(sink -> sink.look(now));
        boolean someReady = sinks.stream().anyMatch(sink -> sink.member.isHealthy());
        boolean someCool = sinks.stream().anyMatch(sink -> sink.member.isHealthy() && sink.isOver());
        for (Cooling sink : sinks) {
            boolean leftAlone = settings.backoff() && someCool && !sink.isOver();
            // Where nobody delivers, whoever is ready first has to be let go.
            sink.member.setActive(!someReady || sink.member.isHealthy() && !leftAlone);
        }
    }

    @Override
    public SinkSharing sharing() {
        return sharing;
    }

    /** Registers the processor. */
    public static final class Provider implements ComponentProvider.OfSinkProcessor {
        @Override
        public String alias() {
            return "load_balance";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.sink.LoadBalancingSinkProcessor");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "lets all sinks work that deliver, and shares the batches or events out among them";
        }

        @Override
        public SinkProcessor create(ComponentContext context) {
            return new LoadBalanceProcessor(context);
        }
    }
}
