package com.example;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.engine.channel.SourceInput;
import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.PollingSource;
import io.headrace.engine.spi.Source;
import io.headrace.engine.spi.SourceContext;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.Producer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;

/** Makes numbered events, each with a word before the number, and says which class loader its thread has. */
public final class TickSource implements PollingSource {
    /** Settings. */
    public record Settings(
            @Setting(key = "word", byDefault = "tick", doc = "What stands before the number.")
            String word,

            @Setting(key = "count", byDefault = "100", min = 1, max = 1000000, unit = "events", doc = "How many events.")
            int count) {}

    private final Settings settings;
    private final SourceContext context;
    private final FrameBuilder builder;
    private final Producer producer;
    private SourceInput input;
    private PutTicket ticket;
    private int next;

    public TickSource(SourceContext context) {
        this.settings = context.settings(Settings.class);
        this.context = context;
        this.builder = context.newFrameBuilder(10);
        this.producer = new Producer(context.randomLong());
        requireOwnLoader();
    }

    @Override
    public void start() throws java.io.IOException {
        requireOwnLoader();
        input = context.processor().anonymousInput();
        ticket = context.processor().newTicket();
        Files.writeString(context.dataFolder().resolve("started"), Long.toString(context.epochMillis()));
        context.logger().info("ticking");
    }

    @Override
    public int poll() throws InterruptedException {
        requireOwnLoader();
        if (next == settings.count()) {
            return 0;
        }
        int end = next;
        builder.begin(context.processor().intercept(Map.of()));
        while (end < settings.count()
                && builder.add((settings.word() + " " + end).getBytes(StandardCharsets.UTF_8))) {
            end++;
        }
        Frame frame = builder.build(producer, context.epochMillis() * 1000);
        try {
            if (context.processor().put(input, 0, frame, true, ticket) == PutStatus.ACCEPTED) {
                next = end;
                return frame.eventCount();
            }
            return 0;
        } finally {
            frame.release();
        }
    }

    @Override
    public void stop() {
        requireOwnLoader();
        builder.close();
        if (input != null) {
            input.close();
        }
    }

    private static void requireOwnLoader() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        if (loader != TickSource.class.getClassLoader()) {
            throw new IllegalStateException("context class loader: " + loader);
        }
    }

    /** Makes the source known as {@code tick}. */
    public static final class Provider implements ComponentProvider.OfSource {
        @Override
        public String alias() {
            return "tick";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "makes numbered events";
        }

        @Override
        public Source create(SourceContext context) {
            return new TickSource(context);
        }
    }
}
