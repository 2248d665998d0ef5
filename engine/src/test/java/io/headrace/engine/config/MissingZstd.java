package io.headrace.engine.config;

import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameDecoder;
import io.headrace.frame.FrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process whose zstd-jni has no library; says what becomes of settings and of a compressed frame. */
public final class MissingZstd {
    private MissingZstd() {}

    /** @param args a configuration, and a file with a compressed frame from its origin half on */
    public static void main(String[] args) throws IOException {
        for (String compression : new String[] {"zstd", "none"}) {
            String text = Files.readString(Path.of(args[0])).replace("COMPRESSION", compression);
            ConfigurationReport report = ConfigurationLoader.standard(false).readText(Path.of("a.conf"), text, "a1");
            System.out.println(compression + ": " + report.errors());
        }
        ByteBuf bytes = Unpooled.wrappedBuffer(Files.readAllBytes(Path.of(args[1])));
        try {
            new FrameDecoder(1 << 20).decodeUntrusted(bytes, 0);
        } catch (FrameException e) {
            System.out.println("from a peer: " + e.reason() + ": " + e.getMessage());
        }
        Frame stored = new FrameDecoder(1 << 20).decode(bytes, 0);
        EventCursor cursor = new EventCursor().wrap(stored);
        System.out.println("headers: " + cursor.sharedHeaders());
        try {
            cursor.next();
        } catch (FrameException e) {
            System.out.println("from a log: " + e.reason() + ": " + e.getMessage());
        }
    }
}
