package io.headrace.engine.interceptor;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import java.util.List;
import org.agrona.concurrent.EpochClock;

/** Writes the time at which events enter the agent into a header, in milliseconds since the epoch. */
final class TimestampInterceptor extends HeaderInterceptor {
    /** Settings. */
    record Settings(
            @Setting(key = "headerName", aliases = "header", byDefault = "timestamp", doc = "Name of the header.")
            String headerName,

            @Setting(
                    key = "preserveExisting",
                    byDefault = "false",
                    doc = "Whether a header that an event has already stays as it is.")
            boolean preserveExisting) {}

    private final EpochClock clock;

    TimestampInterceptor(Settings settings, EpochClock clock) {
        super(settings.headerName(), settings.preserveExisting());
        this.clock = clock;
    }

    @Override
    String value() {
        return Long.toString(clock.time());
    }

    /** Registers the interceptor. */
    public static final class Provider implements ComponentProvider.OfInterceptor {
        @Override
        public String alias() {
            return "timestamp";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.interceptor.TimestampInterceptor$Builder");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "writes the time of arrival into a header";
        }

        @Override
        public Interceptor create(ComponentContext context) {
            return new TimestampInterceptor(context.settings(Settings.class), context.epochClock());
        }
    }
}
