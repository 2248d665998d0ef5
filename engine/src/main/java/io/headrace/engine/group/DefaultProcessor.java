package io.headrace.engine.group;

import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.SinkProcessor;
import java.util.List;

/** The processor {@code default}: all sinks work, as without a group. */
final class DefaultProcessor implements SinkProcessor {
    /** It has none. */
    record Settings() {}

    private List<Member> members = List.of();

    @Override
    public void join(List<Member> joining) {
        members = joining;
    }

    @Override
    public void update() {
        members.forEach(member -> member.setActive(true));
    }

    /** Registers the processor. */
    public static final class Provider implements ComponentProvider.OfSinkProcessor {
        @Override
        public String alias() {
            return "default";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.sink.DefaultSinkProcessor");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "lets the one sink of its group work";
        }

        @Override
        public SinkProcessor create(ComponentContext context) {
            context.settings(Settings.class);
            return new DefaultProcessor();
        }
    }
}
