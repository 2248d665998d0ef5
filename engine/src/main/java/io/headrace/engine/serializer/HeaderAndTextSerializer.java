package io.headrace.engine.serializer;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes {@link HeaderText}, a blank, the body, and a line feed unless told otherwise. Owned by one thread. */
final class HeaderAndTextSerializer implements EventSerializer {
    /** Settings. */
    record Settings(
            @Setting(key = "appendNewline", byDefault = "true", doc = "Whether a line feed follows each body.")
            boolean appendNewline) {}

    private final boolean appendNewline;

    HeaderAndTextSerializer(Settings settings) {
        appendNewline = settings.appendNewline();
    }

    @Override
    public int maxLength(EventCursor event) {
        // The lengths in a block take more than "=" and ", "; a byte that is not UTF-8 becomes three.
        int blocks = event.frame().sharedHeadersLength() + event.ownHeadersLength();
        return 3 * blocks + 3 + event.bodyLength() + 1;
    }

    @Override
    public void write(EventCursor event, ByteBuffer out) {
        out.put((HeaderText.of(event.headers()) + " ").getBytes(StandardCharsets.UTF_8));
        event.copyBody(out);
        if (appendNewline) {
            out.put((byte) '\n');
        }
    }

    /** Registers the serializer. */
    public static final class Provider implements ComponentProvider.OfSerializer {
        @Override
        public String alias() {
            return "header_and_text";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.serialization.HeaderAndBodyTextEventSerializer$Builder");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "writes headers and body of each event as a line";
        }

        @Override
        public EventSerializer create(ComponentContext context) {
            return new HeaderAndTextSerializer(context.settings(Settings.class));
        }
    }
}
