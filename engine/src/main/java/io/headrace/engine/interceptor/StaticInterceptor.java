package io.headrace.engine.interceptor;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import java.util.List;

/** Writes one header with a fixed value. */
final class StaticInterceptor extends HeaderInterceptor {
    /** Settings. */
    record Settings(
            @Setting(
                    key = "preserveExisting",
                    byDefault = "true",
                    doc = "Whether a header that an event has already stays as it is.")
            boolean preserveExisting,

            @Setting(key = "key", byDefault = "key", doc = "Name of the header.")
            String key,

            @Setting(key = "value", byDefault = "value", doc = "Its value.")
            String value) {}

    private final String value;

    StaticInterceptor(Settings settings) {
        super(settings.key(), settings.preserveExisting());
        this.value = settings.value();
    }

    @Override
    String value() {
        return value;
    }

    /** Registers the interceptor. */
    public static final class Provider implements ComponentProvider.OfInterceptor {
        @Override
        public String alias() {
            return "static";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.interceptor.StaticInterceptor$Builder");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "writes a header with a fixed value";
        }

        @Override
        public Interceptor create(ComponentContext context) {
            return new StaticInterceptor(context.settings(Settings.class));
        }
    }
}
