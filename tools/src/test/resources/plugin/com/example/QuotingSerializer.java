package com.example;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import java.nio.ByteBuffer;

/** Writes each body between two quotes. */
public final class QuotingSerializer implements EventSerializer {
    /** Settings. */
    public record Settings(
            @Setting(key = "quote", byDefault = "'", doc = "One character.")
            String quote) {
        public Settings {
            if (quote.length() != 1) {
                throw new IllegalArgumentException("quote: " + quote + " (expected: one character)");
            }
        }
    }

    private final byte quote;

    public QuotingSerializer(Settings settings, ComponentContext context) {
        quote = (byte) settings.quote().charAt(0);
    }

    @Override
    public int maxLength(EventCursor event) {
        return event.bodyLength() + 3;
    }

    @Override
    public void write(EventCursor event, ByteBuffer out) {
        out.put(quote);
        event.copyBody(out);
        out.put(quote).put((byte) '\n');
    }

    /** Makes the serializer known as {@code quoting}. */
    public static final class Provider implements ComponentProvider.OfSerializer {
        @Override
        public String alias() {
            return "quoting";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "bodies between quotes";
        }

        @Override
        public EventSerializer create(ComponentContext context) {
            return new QuotingSerializer(context.settings(Settings.class), context);
        }
    }
}
