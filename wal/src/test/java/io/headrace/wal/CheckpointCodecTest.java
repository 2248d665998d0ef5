package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.testing.Hex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CheckpointCodecTest {
    private static final long NOW = 1_790_000_000_000L;

    private final CheckpointCodec codec = new CheckpointCodec();

    @Test
    void shouldBringBackEverything_R9() {
        Checkpoint checkpoint = full();
        assertSame(decode(encode(checkpoint)), checkpoint);
        assertThat(encode(decode(encode(checkpoint)))).isEqualTo(encode(checkpoint));
    }

    @Test
    void shouldBringBackRandomStates_R9() {
        for (int seed = 0; seed < 300; seed++) {
            Checkpoint checkpoint = random(new Random(seed));
            assertSame(decode(encode(checkpoint)), checkpoint);
        }
    }

    @Test
    void shouldBringBackAStateAtTheLimits() {
        LogState state = new LogState(Long.MAX_VALUE - 10, Integer.MAX_VALUE);
        state.committed().mark(Long.MAX_VALUE);
        state.committed().mark(Long.MAX_VALUE - 2);
        state.inputs()
                .put(
                        Integer.MAX_VALUE - 1,
                        new InputState(
                                Integer.MAX_VALUE - 1,
                                new InputKey(InputKey.Kind.ORDERED, ""),
                                Long.MIN_VALUE,
                                Long.MAX_VALUE));
        state.holes().put(Long.MAX_VALUE, Long.MAX_VALUE);
        state.accepted(Long.MAX_VALUE);
        state.dropped().put("", Long.MAX_VALUE);
        Checkpoint checkpoint = new Checkpoint(
                Long.MAX_VALUE, new StreamId(-1, -1), Long.MAX_VALUE, -1, Long.MAX_VALUE, Long.MAX_VALUE, true, state);
        assertSame(decode(encode(checkpoint)), checkpoint);
    }

    @Test
    void shouldLeaveOutWhatTheLowWaterMarkHasPassedOfHoles() {
        LogState state = new LogState(100, 1);
        state.holes().put(10L, 20L);
        state.holes().put(90L, 105L);
        state.holes().put(107L, 108L);
        Checkpoint checkpoint = new Checkpoint(1, new StreamId(1, 2), 3, 4, 5, 6, false, state);
        assertThat(decode(encode(checkpoint)).state().holes())
                .containsOnly(java.util.Map.entry(101L, 105L), java.util.Map.entry(107L, 108L));
    }

    @Test
    void shouldReadWhatVersion1Wrote() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        java.nio.file.Path folder = java.nio.file.Path.of("log");
        storage.createFolders(folder);
        byte[] golden = Hex.resource("/io/headrace/wal/checkpoint-1.hex", new byte[0]);
        DiskContent.write(storage, folder.resolve("checkpoint-a"), golden);
        Checkpoint expected = full();
        expected.state().cursors().clear();
        expected.state().origins().clear();
        assertSame(CheckpointStore.read(storage, folder), expected);
    }

    @Test
    void shouldReadWhatVersion2Wrote() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        java.nio.file.Path folder = java.nio.file.Path.of("log");
        storage.createFolders(folder);
        byte[] golden = Hex.resource("/io/headrace/wal/checkpoint-2.hex", new byte[0]);
        DiskContent.write(storage, folder.resolve("checkpoint-a"), golden);
        Checkpoint expected = full();
        expected.state().origins().clear();
        assertSame(CheckpointStore.read(storage, folder), expected);
    }

    @Test
    void shouldEncodeTheSameBytesAsTheFirstVersion3() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        java.nio.file.Path folder = java.nio.file.Path.of("log");
        storage.createFolders(folder);
        ByteBuffer slot = CheckpointSlot.encode(full(), codec);
        byte[] bytes = Arrays.copyOf(slot.array(), slot.limit());
        byte[] golden = Hex.resource("/io/headrace/wal/checkpoint-3.hex", bytes);
        assertThat(Hex.text(bytes)).isEqualTo(Hex.text(golden));
        DiskContent.write(storage, folder.resolve("checkpoint-a"), golden);
        assertSame(CheckpointStore.read(storage, folder), full());
    }

    @Test
    void shouldStaySmallWithTenThousandInputs() {
        Checkpoint checkpoint = tenThousandInputs();
        byte[] body = encode(checkpoint);
        assertThat(body.length).isLessThan(1 << 20);
        assertSame(decode(body), checkpoint);
    }

    @Test
    @Tag("slow")
    void shouldEncodeTenThousandInputsWithin20Millis() {
        Checkpoint checkpoint = tenThousandInputs();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            long begin = System.nanoTime();
            codec.encode(checkpoint, 32);
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.printf("checkpoint of 10,000 inputs: encoded in %.2f ms%n", best / 1e6);
        assertThat(best).isLessThan(20_000_000);
    }

    private static Checkpoint tenThousandInputs() {
        LogState state = new LogState(1_000_000, 10_001);
        Random random = new Random(7);
        for (int number = 1; number <= 10_000; number++) {
            boolean ordered = number % 2 == 0;
            InputKey key = ordered
                    ? new InputKey(InputKey.Kind.ORDERED, "file:fd01:" + (1_000_000 + number) + ":" + hex(random))
                    : new InputKey(
                            InputKey.Kind.WINDOW, "link:" + hex(random) + hex(random) + hex(random) + hex(random));
            InputState input = new InputState(number, key, random.nextInt(1 << 30), NOW + random.nextInt(100_000));
            if (!ordered) {
                for (int run = 0; run < 3; run++) {
                    input.keep(input.window().highest() + 2 + random.nextInt(500), NOW);
                }
            }
            state.inputs().put(number, input);
        }
        return new Checkpoint(1, new StreamId(1, 2), 3, 4, 5, 6, false, state);
    }

    @Test
    void shouldStaySmallWithAsManyOriginsAsUsual() {
        LogState state = new LogState(1, 1);
        for (int i = 0; i < OriginPairs.DEFAULT_LIMIT; i++) {
            // Most of a busy producer's frames are full.
            state.origins().add(i & 7, i * 1_000L, 0);
        }
        Checkpoint checkpoint = new Checkpoint(1, new StreamId(1, 2), 3, 4, 5, 6, false, state);
        byte[] body = encode(checkpoint);
        assertThat(body.length).isLessThan(1_000);
        assertSame(decode(body), checkpoint);
    }

    @Test
    @Tag("slow")
    void shouldEncodeOriginsThatFollowNoRuleWithin20Millis() {
        LogState state = new LogState(1, 1);
        Random random = new Random(1);
        long number = 0;
        for (int i = 0; i < OriginPairs.DEFAULT_LIMIT; i++) {
            number += 1 + random.nextInt(1_000);
            state.origins().add(i & 7, number, 0);
        }
        Checkpoint checkpoint = new Checkpoint(1, new StreamId(1, 2), 3, 4, 5, 6, false, state);
        long best = Long.MAX_VALUE;
        int bytes = 0;
        for (int i = 0; i < 100; i++) {
            long begin = System.nanoTime();
            bytes = codec.encode(checkpoint, 32).limit();
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.printf(
                "checkpoint of %,d origins: %,d bytes, encoded in %.2f ms%n",
                OriginPairs.DEFAULT_LIMIT, bytes, best / 1e6);
        assertThat(best).isLessThan(20_000_000);
    }

    @Test
    void shouldRefuseOriginsBeforeTheirMemoryIsTaken() {
        byte[] body = encode(new Checkpoint(1, new StreamId(1, 2), 3, 4, 5, 6, false, new LogState(1, 1)));
        // Room for 4,194,304 is said, one producer with one step, and that one has more.
        ByteBuffer wrong = ByteBuffer.allocate(body.length + 64).order(ByteOrder.LITTLE_ENDIAN);
        wrong.put(body, 0, body.length - 4);
        wrong.put(new byte[] {100, 1}).putLong(7).put(new byte[] {0, 1, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1});
        byte[] cut = Arrays.copyOf(wrong.array(), wrong.position());
        assertThatThrownBy(() -> decode(cut))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: 1 to 100, not of 0)");
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] body = encode(full());
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatThrownBy(() -> decode(cut)).as("cut at %d", length).isInstanceOf(IllegalArgumentException.class);
        }
    }

    static Checkpoint full() {
        LogState state = new LogState(5_000, 9);
        for (long sequence = 5_010; sequence < 5_200; sequence++) {
            state.committed().mark(sequence);
        }
        state.committed().mark(5_300);
        state.committed().mark(5_000 + SequenceWindow.SIZE);
        state.holes().put(70_601L, 1_118_000L);
        state.holes().put(1_119_000L, 1_119_000L);
        state.accepted(1_000_000);
        state.delivered(900_000);
        state.redelivered(123);
        state.dropped().put("expired", 7L);
        state.dropped().put("too-large", 2L);
        state.tokens().put("archive", new byte[] {1, 2, 3});
        state.tokens().put("größe", new byte[0]);
        state.inputs().put(3, new InputState(3, new InputKey(InputKey.Kind.ORDERED, "file:1:2:3"), 77_777, NOW));
        InputState link = new InputState(8, new InputKey(InputKey.Kind.WINDOW, "link:00ff"), 400, NOW + 1);
        link.keep(402, NOW + 2);
        link.keep(500, NOW + 3);
        state.inputs().put(8, link);
        CursorState audit = new CursorState("audit", new StreamId(0x11, 0x22), "oldest", 4_000, NOW + 4);
        audit.commit(4_002);
        audit.tokens().put("replay", new byte[] {9});
        state.cursors().put("audit", audit);
        state.cursors().put("late", new CursorState("late", new StreamId(-1, -2), "2026-11-21T08:00:00Z", 70_600, NOW));
        state.origins().limit(1_000);
        for (long number : new long[] {100, 200, 300, 400, 417, 434, Long.MAX_VALUE}) {
            state.origins().add(0x1122_3344_5566_7788L, number, 0);
        }
        state.origins().add(-1, Long.MIN_VALUE, 0);
        state.origins().add(-1, Long.MAX_VALUE, 0);
        return new Checkpoint(
                17,
                new StreamId(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L),
                1 << 20,
                70_600,
                4,
                65_536,
                true,
                state);
    }

    static Checkpoint random(Random random) {
        LogState state = new LogState(random.nextInt(1_000_000), 2_000);
        fill(state.committed(), random);
        for (int i = random.nextInt(5); i > 0; i--) {
            byte[] token = new byte[random.nextInt(100)];
            random.nextBytes(token);
            state.tokens().put("sink" + i, token);
            state.dropped().put("reason" + i, random.nextLong() >>> 1);
        }
        for (int number = 1 + random.nextInt(9); number < 200; number += 1 + random.nextInt(40)) {
            InputKey.Kind kind = random.nextBoolean() ? InputKey.Kind.ORDERED : InputKey.Kind.WINDOW;
            InputState input = new InputState(number, new InputKey(kind, "id" + number), random.nextInt(), NOW);
            if (input.window() != null) {
                fill(input.window(), random);
            }
            state.inputs().put(number, input);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            CursorState cursor = new CursorState(
                    "cursor" + i, new StreamId(i, random.nextLong()), "latest", random.nextInt(1_000_000), NOW);
            fill(cursor.committed(), random);
            cursor.tokens().put("sink", new byte[random.nextInt(9)]);
            state.cursors().put(cursor.name(), cursor);
        }
        state.origins().limit(1 + random.nextInt(500));
        for (int i = random.nextInt(700); i > 0; i--) {
            state.origins().add(random.nextInt(5), random.nextInt(2) == 0 ? random.nextLong() : i * 100L, 0);
        }
        return new Checkpoint(
                1 + random.nextInt(1000),
                new StreamId(random.nextLong(), random.nextLong()),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextBoolean(),
                state);
    }

    private static void fill(SequenceWindow window, Random random) {
        int reach = 1 << random.nextInt(17);
        for (int marks = random.nextInt(300); marks > 0; marks--) {
            long sequence = window.floor() + 1 + random.nextInt(reach);
            if (window.covers(sequence)) {
                window.mark(sequence);
            }
        }
    }

    private byte[] encode(Checkpoint checkpoint) {
        ByteBuffer body = codec.encode(checkpoint, 0);
        return Arrays.copyOf(body.array(), body.limit());
    }

    private Checkpoint decode(byte[] body) {
        return codec.decode(CheckpointSlot.VERSION, 1, ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static void assertSame(Checkpoint found, Checkpoint expected) {
        assertThat(found.streamId()).isEqualTo(expected.streamId());
        assertThat(found.ceiling()).isEqualTo(expected.ceiling());
        assertThat(found.durable()).isEqualTo(expected.durable());
        assertThat(found.tailSegmentIndex()).isEqualTo(expected.tailSegmentIndex());
        assertThat(found.tailOffset()).isEqualTo(expected.tailOffset());
        assertThat(found.clean()).isEqualTo(expected.clean());
        LogState state = found.state();
        LogState wanted = expected.state();
        assertSame(state.committed(), wanted.committed());
        assertThat(state.holes()).isEqualTo(wanted.holes());
        assertThat(state.nextInputNumber()).isEqualTo(wanted.nextInputNumber());
        assertThat(state.accepted()).isEqualTo(wanted.accepted());
        assertThat(state.delivered()).isEqualTo(wanted.delivered());
        assertThat(state.redelivered()).isEqualTo(wanted.redelivered());
        assertThat(state.dropped()).isEqualTo(wanted.dropped());
        assertThat(state.tokens().keySet()).isEqualTo(wanted.tokens().keySet());
        wanted.tokens()
                .forEach((sink, token) -> assertThat(state.tokens().get(sink)).isEqualTo(token));
        assertThat(state.cursors().keySet()).isEqualTo(wanted.cursors().keySet());
        for (CursorState cursor : wanted.cursors().values()) {
            CursorState other = state.cursors().get(cursor.name());
            assertThat(other.streamId()).isEqualTo(cursor.streamId());
            assertThat(other.start()).isEqualTo(cursor.start());
            assertThat(other.lastUsedMillis()).isEqualTo(cursor.lastUsedMillis());
            assertSame(other.committed(), cursor.committed());
            assertThat(other.tokens().keySet()).isEqualTo(cursor.tokens().keySet());
            cursor.tokens().forEach((sink, token) -> assertThat(other.tokens().get(sink))
                    .isEqualTo(token));
        }
        assertThat(OriginPairsTest.content(state.origins())).isEqualTo(OriginPairsTest.content(wanted.origins()));
        assertThat(found.slowest()).isEqualTo(expected.slowest());
        assertThat(state.inputs().size()).isEqualTo(wanted.inputs().size());
        for (InputState input : wanted.inputs().values()) {
            InputState other = state.inputs().get(input.number());
            assertThat(other.number()).isEqualTo(input.number());
            assertThat(other.key()).isEqualTo(input.key());
            assertThat(other.position()).isEqualTo(input.position());
            assertThat(other.lastSeenMillis()).isEqualTo(input.lastSeenMillis());
            if (input.window() != null) {
                assertSame(other.window(), input.window());
            }
        }
    }

    private static void assertSame(SequenceWindow found, SequenceWindow expected) {
        assertThat(found.floor()).isEqualTo(expected.floor());
        assertThat(found.highest()).isEqualTo(expected.highest());
        long end = expected.floor();
        while (end < expected.highest()) {
            long first = expected.nextMarked(end);
            assertThat(found.nextMarked(end)).isEqualTo(first);
            end = expected.endOfRun(first);
            assertThat(found.endOfRun(first)).isEqualTo(end);
        }
    }

    private static String hex(Random random) {
        return String.format("%08x", random.nextInt());
    }
}
