package com.example;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.config.Setting;
import io.headrace.engine.metrics.Counter;
import io.headrace.engine.spi.BatchSink;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Sink;
import io.headrace.engine.spi.SinkContext;
import io.headrace.frame.EventCursor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Appends the bodies of events to one file, each on a line of its own. */
public final class AppendSink implements BatchSink {
    /** Settings. */
    public record Settings(
            @Setting(key = "file", doc = "The file to append to; its folder must exist.")
            Path file,

            @Setting(
                    key = "batchSize",
                    byDefault = "1000",
                    unit = "events",
                    min = 1,
                    doc = "Most events that are written and synced at once.")
            int batchSize,

            @Setting(key = "header", doc = "Name of a header whose value stands before each body, with a tab behind it.")
            Optional<String> header) {
        public Settings {
            if (Files.isDirectory(file)) {
                throw new IllegalArgumentException("file: " + file + " (expected: a file, this is a folder)");
            }
        }
    }

    private final Settings settings;
    private final SinkContext context;
    private final Counter bytes;
    private final EventCursor event = new EventCursor();
    private FileChannel out;

    public AppendSink(Settings settings, SinkContext context) {
        this.settings = settings;
        this.context = context;
        this.bytes = context.metrics().counter("AppendedBytes");
    }

    @Override
    public int maxBatchEvents() {
        return settings.batchSize();
    }

    @Override
    public void start() throws IOException {
        out = FileChannel.open(settings.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        context.healthy("appending to " + settings.file());
    }

    @Override
    public byte[] deliver(Lease lease) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = 0; i < lease.size(); i++) {
            event.wrap(lease.frame(i));
            while (event.next()) {
                if (settings.header().isPresent()) {
                    String value = event.header(settings.header().get());
                    lines.writeBytes(((value == null ? "" : value) + "\t").getBytes(StandardCharsets.UTF_8));
                }
                lines.writeBytes(event.body());
                lines.write('\n');
            }
        }
        long before = out.size();
        try {
            ByteBuffer left = ByteBuffer.wrap(lines.toByteArray());
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(false);
        } catch (IOException e) {
            out.truncate(before);
            throw e;
        }
        bytes.add(lines.size());
        return null;
    }

    @Override
    public void stop() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            context.logger().warn("{}: {}", settings.file(), e.toString());
        }
    }

    /** Makes the sink known as {@code append}. */
    public static final class Provider implements ComponentProvider.OfSink {
        @Override
        public String alias() {
            return "append";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "appends events to one file";
        }

        @Override
        public Sink create(SinkContext context) {
            return new AppendSink(context.settings(Settings.class), context);
        }
    }
}
