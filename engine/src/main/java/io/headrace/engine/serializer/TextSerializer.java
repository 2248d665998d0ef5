package io.headrace.engine.serializer;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes the body, and a line feed unless told otherwise. Owned by one thread. */
final class TextSerializer implements EventSerializer {
    /** Settings. */
    record Settings(
            @Setting(key = "appendNewline", byDefault = "true", doc = "Whether a line feed follows each body.")
            boolean appendNewline) {}

    private final boolean appendNewline;

    TextSerializer(Settings settings) {
        appendNewline = settings.appendNewline();
    }

    @Override
    public int maxLength(EventCursor event) {
        return event.bodyLength() + 1;
    }

    @Override
    public void write(EventCursor event, ByteBuffer out) {
        event.copyBody(out);
        if (appendNewline) {
            out.put((byte) '\n');
        }
    }

    /** Registers the serializer. */
    public static final class Provider implements ComponentProvider.OfSerializer {
        @Override
        public String alias() {
            return "text";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.serialization.BodyTextEventSerializer$Builder");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "writes the body of each event as a line";
        }

        @Override
        public EventSerializer create(ComponentContext context) {
            return new TextSerializer(context.settings(Settings.class));
        }
    }
}
