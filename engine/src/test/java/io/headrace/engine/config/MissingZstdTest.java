package io.headrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where zstd's library cannot be loaded, one setting is refused and compressed frames are; all else works. */
class MissingZstdTest {
    private static final String WHY = "zstd-jni cannot be loaded: java.lang.UnsatisfiedLinkError: ";

    @TempDir
    private Path folder;

    @Test
    void shouldRefuseTheSettingAndCompressedFramesOnly() throws IOException, InterruptedException {
        Path configuration = Files.writeString(folder.resolve("a.conf"), """
                a1.sources = r1
                a1.channels = c1
                a1.sinks = k1
                a1.channels.c1.type = memory
                a1.sources.r1.type = seq
                a1.sources.r1.channels = c1
                a1.sources.r1.compression = COMPRESSION
                a1.sinks.k1.type = null
                a1.sinks.k1.channel = c1
                """);
        Path frame = Files.write(folder.resolve("frame"), compressedFrame());
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-DZstdNativePath=" + folder.resolve("missing.so"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        MissingZstd.class.getName(),
                        configuration.toString(),
                        frame.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor()).as("%s", Files.readString(out)).isZero();
        List<String> said = Files.readAllLines(out).stream()
                .filter(line -> !line.contains(" DEBUG "))
                .toList();
        assertThat(said).hasSize(5);
        assertThat(said.get(0)).startsWith("zstd: [a.conf:7: a1.sources.r1.compression: zstd (expected: none, " + WHY);
        assertThat(said.get(1)).isEqualTo("none: []");
        String refused = "events compressed by zstd (expected: not compressed, " + WHY;
        assertThat(said.get(2)).startsWith("from a peer: TYPE: " + refused);
        assertThat(said.get(3)).isEqualTo("headers: {host=web-1}");
        assertThat(said.get(4)).startsWith("from a log: TYPE: " + refused);
    }

    private static byte[] compressedFrame() {
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.of(Map.of("host", "web-1")));
            builder.add("a body ".repeat(500).getBytes(StandardCharsets.UTF_8));
            Frame plain = builder.build(new Producer(1), 1);
            Frame packed = new FrameCompressor(1).compress(plain, PooledByteBufAllocator.DEFAULT);
            assertThat(packed.isCompressed()).isTrue();
            byte[] bytes = new byte[packed.buffer().capacity()];
            packed.buffer().getBytes(0, bytes);
            plain.release();
            packed.release();
            return bytes;
        }
    }
}
