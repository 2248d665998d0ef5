package io.headrace.engine.flume;

import static io.headrace.engine.flume.FlumeFileChannelTest.awaitCheckpoint;
import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.LogDamagedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Flume's tests of a file channel's restart ask for: the checkpoint may be lost or damaged, no event may be. */
class FlumeFileChannelRestartTest {
    private static final int EVENTS = 100;

    @TempDir
    Path folder;

    /** What happens to the file of a checkpoint. */
    enum Damage {
        DELETED {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        },
        MAGIC {
            @Override
            void to(Path file) throws IOException {
                overwrite(file, 0, new byte[] {1, 5});
            }
        },
        VERSION_AND_LENGTH {
            @Override
            void to(Path file) throws IOException {
                overwrite(file, 10, new byte[] {7, 7, 7, 7, 7, 7, 7, 7});
            }
        },
        CONTENT {
            @Override
            void to(Path file) throws IOException {
                overwrite(file, 60, new byte[] {7, 7, 7, 7, 7, 7, 7, 7});
            }
        },
        ZEROED {
            @Override
            void to(Path file) throws IOException {
                overwrite(file, 0, new byte[(int) Files.size(file)]);
            }
        },
        EMPTY {
            @Override
            void to(Path file) throws IOException {
                try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    out.truncate(0);
                }
            }
        },
        CUT {
            @Override
            void to(Path file) throws IOException {
                try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    out.truncate(64);
                }
            }
        };

        abstract void to(Path file) throws IOException;

        private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap(bytes), at);
            }
        }
    }

    private RealChannel open(String... keys) throws IOException {
        return RealChannel.onDisk("file", folder, keys);
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("checkpoint"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("checkpoint-"))
                    .sorted(Comparator.comparing(FlumeFileChannelRestartTest::changed))
                    .toList();
        }
    }

    private static long changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void putInTens(RealChannel channel) {
        for (int i = 0; i < EVENTS; i += 10) {
            channel.putAll(numbers(i, i + 10));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void shouldGiveEverythingAfterARestart(boolean checkpoint, boolean orderly) throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        if (checkpoint) {
            awaitCheckpoint(channel);
        }
        if (orderly) {
            channel.stop();
        } else {
            channel.close();
        }
        try (RealChannel again = open()) {
            assertThat(again.channel.recovery().cleanStop()).isEqualTo(orderly);
            assertThat(again.take(EVENTS)).containsExactly(numbers(0, EVENTS));
            assertThat(again.lease(1)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEverythingThoughTheNewestCheckpointIsDamaged(Damage damage) throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        awaitCheckpoint(channel);
        channel.putAll("last");
        channel.stop();
        List<Path> slots = checkpoints();
        assertThat(slots).hasSize(2);
        damage.to(slots.get(1));
        try (RealChannel again = open()) {
            assertThat(again.take(EVENTS)).containsExactly(numbers(0, EVENTS));
            assertThat(again.take(1)).containsExactly("last");
            assertThat(again.lease(1)).isNull();
            again.putAll("and on");
            assertThat(again.take(1)).containsExactly("and on");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveEverythingThoughTheOlderCheckpointIsDamaged(Damage damage) throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        awaitCheckpoint(channel);
        channel.stop();
        damage.to(checkpoints().get(0));
        try (RealChannel again = open()) {
            assertThat(again.take(EVENTS)).containsExactly(numbers(0, EVENTS));
            assertThat(again.lease(1)).isNull();
        }
    }

    /** Flume reads all of its log then, and brings back what was in flight; here somebody has to decide. */
    @ParameterizedTest
    @EnumSource
    void shouldRefuseToOpenWhenBothCheckpointsAreDamaged(Damage damage) throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        awaitCheckpoint(channel);
        channel.stop();
        List<String> segments = files("data");
        for (Path slot : checkpoints()) {
            damage.to(slot);
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("checkpoint");
        assertThat(files("data")).as("nothing is thrown away").isEqualTo(segments);
    }

    /** What a checkpoint calls committed is not read again, whichever slot it comes from. */
    @Test
    void shouldReadOnlyWhatTheOlderCheckpointDoesNotKnow() throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        assertThat(channel.take(50)).containsExactly(numbers(0, 50));
        soon().until(() -> channel.channel.ledger().delivered() == 50);
        awaitCheckpoint(channel);
        channel.putAll("last");
        channel.stop();
        Damage.ZEROED.to(checkpoints().get(1));
        try (RealChannel again = open()) {
            assertThat(again.channel.recovery().backlogFrames()).isLessThanOrEqualTo(6);
            assertThat(again.take(51)).startsWith("50", "51").endsWith("99", "last");
            assertThat(again.lease(1)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000000000000fff.wal", "0000000000001000.wal.new", "unrelated.tmp"})
    void shouldOpenBesideFilesThatHoldNothing(String name) throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        channel.stop();
        Files.createFile(folder.resolve("data").resolve(name));
        try (RealChannel again = open()) {
            assertThat(again.take(EVENTS)).containsExactly(numbers(0, EVENTS));
        }
    }

    /** Keys of Flume that say how it keeps or reads checkpoints change nothing, in whichever order they come. */
    @Test
    void shouldGoOnWhicheverReplayAndBackupKeysAreGiven() throws IOException {
        List<String[]> lives = List.of(
                new String[] {"use-log-replay-v1", "true"},
                new String[] {"use-fast-replay", "true", "checkpointOnClose", "false"},
                new String[] {
                    "useDualCheckpoints",
                    "true",
                    "backupCheckpointDir",
                    folder + "/backup",
                    "compressBackupCheckpoint",
                    "true"
                },
                new String[] {
                    "useDualCheckpoints",
                    "true",
                    "backupCheckpointDir",
                    folder + "/backup",
                    "compressBackupCheckpoint",
                    "false"
                },
                new String[] {"checkpointInterval", "30000"});
        List<String> put = new ArrayList<>();
        for (String[] keys : lives) {
            RealChannel channel = open(keys);
            channel.putAll("life " + put.size());
            put.add("life " + put.size());
            channel.stop();
        }
        try (RealChannel again = open()) {
            assertThat(again.take(put.size())).isEqualTo(put);
        }
    }

    @Test
    void shouldRefuseToOpenWhenTheSegmentsAreEmptied() throws IOException {
        RealChannel channel = open();
        putInTens(channel);
        awaitCheckpoint(channel);
        channel.stop();
        for (String segment : files("data")) {
            if (segment.endsWith(".wal")) {
                Damage.EMPTY.to(Path.of(segment));
            }
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("segment 0000000000000001.wal");
    }

    private List<String> files(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
