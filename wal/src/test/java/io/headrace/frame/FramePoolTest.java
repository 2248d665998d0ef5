package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FramePoolTest {
    private static final long BOUND = 1024 * 1024;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final FramePool pool = new FramePool(allocator, BOUND);
    private final FrameBuilder builder = new FrameBuilder(pool, FrameLimits.DEFAULT);
    private final Producer producer = new Producer(7);

    /** Whatever happened, all memory is the allocator's again once the pool has given up its own. */
    @AfterEach
    void giveBack() {
        builder.close();
        assertThat(allocator.pinnedDirectMemory()).isEqualTo(pool.keptBytes());
        pool.trim();
        pool.trim();
        assertThat(pool.keptBytes()).isZero();
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void shouldBuildAFrameInTheMemoryOfOneThatWasReleased() {
        Frame first = frame(builder, "first");
        long address = addressOf(first);
        assertThat(pool.keptBytes()).isZero();
        int pinned = first.pinnedBytes();
        first.release();
        assertThat(pool.keptBytes()).isEqualTo(pinned);

        Frame second = frame(builder, "the second one");
        assertThat(addressOf(second)).isEqualTo(address);
        assertThat(pool.keptBytes()).isZero();
        assertThat(second).isNotSameAs(first);
        assertThat(bodyOf(second)).isEqualTo("the second one");
        assertThat(second.length()).isEqualTo(FrameLayout.HEADER_LENGTH + FrameLayout.EVENT_PREFIX_LENGTH + 14);
        assertThat(second.pinnedBytes()).isEqualTo(pinned);
        second.release();
    }

    @Test
    void shouldRefuseAReleasedFrameWhateverStandsInItsMemory() {
        Frame stale = frame(builder, "stale");
        stale.release();
        assertReleased(stale);

        Frame next = frame(builder, "next");
        assertReleased(stale);
        assertThat(next.references()).isEqualTo(1);
        assertThat(bodyOf(next)).isEqualTo("next");
        Frame other = frame(builder, "other");
        assertThat(addressOf(other)).isNotEqualTo(addressOf(next));
        next.release();
        assertReleased(stale);
        other.release();
        assertReleased(stale);

        Set<Long> addresses = new HashSet<>();
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            frames.add(frame(builder, "one of several"));
            addresses.add(addressOf(frames.get(i)));
        }
        assertThat(addresses).as("each frame has memory of its own").hasSize(4);
        frames.forEach(Frame::release);
    }

    private static void assertReleased(Frame stale) {
        List<ThrowingCallable> uses = List.of(
                stale::release,
                stale::retain,
                stale::length,
                stale::pinnedBytes,
                stale::buffer,
                stale::nioBuffer,
                stale::retainedBuf,
                stale::eventCount,
                stale::checksum,
                stale::file,
                () -> new EventCursor().wrap(stale));
        for (ThrowingCallable use : uses) {
            assertThatThrownBy(use).isInstanceOf(IllegalStateException.class).hasMessageContaining("released");
        }
        assertThat(stale.references()).isZero();
        assertThat(stale).hasToString("Frame{released}");
    }

    @Test
    void shouldBuildNothingInTheMemoryOfAFrameThatSomebodyHolds() {
        Frame held = frame(builder, "held by two");
        held.retain().release();
        held.retain();
        held.release();
        List<Frame> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            others.add(frame(builder, "another one"));
        }
        assertThat(bodyOf(held)).isEqualTo("held by two");
        assertThat(others).noneMatch(other -> addressOf(other) == addressOf(held));
        others.forEach(Frame::release);
        held.release();
    }

    /** One of them is wrong; the frame that is built meanwhile must not pay for it. */
    @Test
    void shouldRefuseOneOfTwoReleasesAtOnce() throws Exception {
        int rounds = 3_000;
        AtomicInteger refused = new AtomicInteger();
        Frame[] twice = new Frame[1];
        CyclicBarrier barrier = new CyclicBarrier(3);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            done.add(threads.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    barrier.await(30, TimeUnit.SECONDS);
                    try {
                        twice[0].release();
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                    barrier.await(30, TimeUnit.SECONDS);
                }
                return null;
            }));
        }
        for (int i = 0; i < rounds; i++) {
            twice[0] = frame(builder, "released twice");
            barrier.await(30, TimeUnit.SECONDS);
            Frame next = frame(builder, "built meanwhile");
            barrier.await(30, TimeUnit.SECONDS);
            assertThat(next.references()).isEqualTo(1);
            assertThat(bodyOf(next)).isEqualTo("built meanwhile");
            next.release();
            assertThat(refused).hasValue(i + 1);
        }
        for (Future<?> thread : done) {
            thread.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    @Test
    void shouldLeaveMemoryToWhoStillLooksAtIt() {
        Frame frame = frame(builder, "sent");
        long address = addressOf(frame);
        ByteBuf sent = frame.retainedBuf();
        byte[] before = ByteBufUtil.getBytes(sent);
        frame.release();
        assertThat(pool.keptBytes()).isZero();

        Frame next = frame(builder, "next");
        assertThat(addressOf(next)).isNotEqualTo(address);
        assertThat(ByteBufUtil.getBytes(sent)).isEqualTo(before);
        sent.release();
        assertThat(allocator.pinnedDirectMemory()).isEqualTo(next.pinnedBytes());
        next.release();
    }

    @Test
    void shouldKeepAFrameWhoseBytesWereSentBeforeItWasReleased() {
        Frame frame = frame(builder, "sent");
        frame.retainedBuf().release();
        int pinned = frame.pinnedBytes();
        frame.release();
        assertThat(pool.keptBytes()).isEqualTo(pinned);
    }

    @Test
    void shouldKeepNoMoreThanTheBoundWhenReadersAreSlow() {
        List<Frame> held = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            held.add(frame(builder, "x".repeat(100_000)));
        }
        assertThat(allocator.pinnedDirectMemory()).isGreaterThan(3 * BOUND);
        held.forEach(Frame::release);
        assertThat(pool.keptBytes()).isBetween(BOUND / 2, BOUND);
        assertThat(allocator.pinnedDirectMemory()).isEqualTo(pool.keptBytes());
    }

    @Test
    void shouldKeepNoMoreThanTheBoundHoweverManyProducersDie() {
        for (int i = 0; i < 200; i++) {
            List<Frame> held = new ArrayList<>();
            try (FrameBuilder dying = new FrameBuilder(pool, FrameLimits.DEFAULT)) {
                for (int size = 100; size < 200_000; size *= 3) {
                    held.add(frame(dying, "y".repeat(size + i)));
                }
                dying.begin(Headers.EMPTY);
                dying.add(new byte[i]);
            }
            held.forEach(Frame::release);
            assertThat(pool.keptBytes()).isLessThanOrEqualTo(BOUND);
            assertThat(allocator.pinnedDirectMemory()).isEqualTo(pool.keptBytes());
        }
    }

    @Test
    void shouldKeepFramesThatOutliveTheirBuilderForOthers() {
        Frame frame;
        try (FrameBuilder closed = new FrameBuilder(pool, FrameLimits.DEFAULT)) {
            frame = frame(closed, "outlives its builder");
            closed.begin(Headers.EMPTY);
        }
        assertThat(bodyOf(frame)).isEqualTo("outlives its builder");
        long address = addressOf(frame);
        builder.begin(Headers.EMPTY);
        frame.release();
        builder.discard();

        Set<Long> addresses = new HashSet<>();
        Frame one = frame(builder, "one");
        Frame two = frame(builder, "two");
        addresses.add(addressOf(one));
        addresses.add(addressOf(two));
        assertThat(addresses).hasSize(2).contains(address);
        one.release();
        two.release();
    }

    @Test
    void shouldKeepNoLargeFrames() {
        Frame large = frame(builder, "z".repeat(FrameLayout.MAX_FRAME_BYTES));
        assertThat(large.pinnedBytes()).isGreaterThan(FrameLayout.MAX_FRAME_BYTES);
        long kept = pool.keptBytes();
        large.release();
        assertThat(pool.keptBytes()).isEqualTo(kept);
    }

    @Test
    void shouldMakeWayForASizeThatComesBack() {
        List<Frame> small = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            small.add(frame(builder, "s".repeat(7_000)));
        }
        Frame large = frame(builder, "l".repeat(500_000));
        small.forEach(Frame::release);
        assertThat(pool.keptBytes()).isGreaterThan(BOUND / 2);
        large.release();
        assertThat(pool.keptBytes()).isBetween(BOUND - 8192, BOUND);

        Frame again = frame(builder, "l".repeat(500_000));
        assertThat(pool.keptBytes())
                .as("without the large one, with one on the way to it")
                .isLessThan(BOUND - 300_000);
        again.release();
    }

    /** What is kept is charged to nobody: a frame that finds no memory must not fail for it. */
    @Test
    void shouldGiveBackWhatIsKeptWhereThereIsNoMemoryForAFrame() {
        long limit = 512 * 1024;
        PooledByteBufAllocator limited = new PooledByteBufAllocator(true) {
            @Override
            protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                if (pinnedDirectMemory() + initialCapacity > limit) {
                    throw new OutOfMemoryError("direct memory: " + pinnedDirectMemory() + " bytes in use");
                }
                return super.newDirectBuffer(initialCapacity, maxCapacity);
            }
        };
        FramePool scarce = new FramePool(limited, BOUND);
        List<Frame> held = new ArrayList<>();
        try (FrameBuilder building = new FrameBuilder(scarce, FrameLimits.DEFAULT)) {
            for (int i = 0; i < 40; i++) {
                held.add(frame(building, "s".repeat(7_000)));
            }
            held.forEach(Frame::release);
            held.clear();
            assertThat(scarce.keptBytes()).isGreaterThan(limit / 2);

            assertThatCode(() -> held.add(frame(building, "l".repeat(250_000)))).doesNotThrowAnyException();
            Frame large = held.get(0);
            assertThat(bodyOf(large)).hasSize(250_000);
            assertThat(limited.pinnedDirectMemory()).isEqualTo(large.pinnedBytes() + scarce.keptBytes());

            building.begin(Headers.EMPTY);
            assertThatThrownBy(() -> building.add(new byte[300_000])).isInstanceOf(OutOfMemoryError.class);
            building.discard();
            assertThat(bodyOf(large)).hasSize(250_000);
        }
        held.forEach(Frame::release);
        assertThat(limited.pinnedDirectMemory()).isEqualTo(scarce.keptBytes());
        scarce.trim();
        scarce.trim();
        assertThat(limited.pinnedDirectMemory()).isZero();
    }

    @Test
    void shouldGiveBackWhatNobodyWants() {
        Frame large = frame(builder, "l".repeat(100_000));
        int pinned = large.pinnedBytes();
        Frame another = frame(builder, "l".repeat(100_000));
        large.release();
        another.release();
        pool.trim();
        assertThat(pool.keptBytes()).as("came since the last call").isGreaterThanOrEqualTo(2L * pinned);

        for (int i = 0; i < 3; i++) {
            frame(builder, "l".repeat(100_000)).release();
            pool.trim();
            assertThat(pool.keptBytes()).as("needed since the last call").isEqualTo(pinned);
        }
        pool.trim();
        assertThat(pool.keptBytes()).isZero();
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void shouldHaveASizeForEveryFrameThatIsKept() {
        int size = 0;
        for (int bytes = 1; bytes <= FrameLayout.MAX_FRAME_BYTES; bytes++) {
            size += bytes > FramePool.bytesOf(size) ? 1 : 0;
            if (FramePool.sizeFor(bytes) != size) {
                throw new AssertionError(
                        bytes + " bytes: size " + FramePool.sizeFor(bytes) + " (expected: " + size + ")");
            }
        }
        assertThat(FramePool.bytesOf(size)).isEqualTo(FrameLayout.MAX_FRAME_BYTES);
    }

    /** Built by some threads, read and released by others: each sees what was built, and little memory is ever taken. */
    @Test
    void shouldCarryFramesFromThreadsToThreads() throws Exception {
        int frames = 4_000;
        int inFlight = 16;
        BlockingQueue<Frame> queue = new ArrayBlockingQueue<>(inFlight);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (int p = 0; p < 2; p++) {
            Producer own = new Producer(p);
            done.add(threads.submit(() -> {
                try (FrameBuilder building = new FrameBuilder(pool, FrameLimits.DEFAULT)) {
                    for (int i = 0; i < frames; i++) {
                        building.begin(Headers.EMPTY);
                        byte[] body = new byte[100 + i % 50];
                        Arrays.fill(body, (byte) (own.id() + own.nextEventNumber()));
                        building.add(body);
                        queue.put(building.build(own, i));
                    }
                }
                return null;
            }));
        }
        for (int c = 0; c < 2; c++) {
            done.add(threads.submit(() -> {
                EventCursor cursor = new EventCursor();
                for (int i = 0; i < frames; i++) {
                    Frame frame = queue.poll(30, TimeUnit.SECONDS);
                    cursor.wrap(frame).next();
                    byte expected = (byte) (frame.producerId() + frame.firstEventNumber());
                    int length = 100 + (int) (frame.createdMicros() % 50);
                    byte[] body = cursor.body();
                    assertThat(body).hasSize(length);
                    for (byte b : body) {
                        if (b != expected) {
                            throw new AssertionError("byte of another frame: " + b + " (expected: " + expected + ")");
                        }
                    }
                    frame.release();
                }
                return null;
            }));
        }
        for (Future<?> thread : done) {
            thread.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(allocator.pinnedDirectMemory()).isEqualTo(pool.keptBytes()).isLessThan(64 * 1024);
    }

    @Test
    void shouldGiveARoomToOneThreadAtATime() throws Exception {
        int threads = 3;
        int rounds = 50_000;
        ExecutorService pools = Executors.newFixedThreadPool(threads);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int own = t;
            done.add(pools.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    FrameRoom one = pool.take(256);
                    FrameRoom two = pool.take(256);
                    one.bytes().putInt(0, own);
                    two.bytes().putInt(0, own + threads);
                    if (one.bytes().getInt(0) != own || two.bytes().getInt(0) != own + threads) {
                        throw new AssertionError("somebody else writes there");
                    }
                    one.leave();
                    two.leave();
                }
            }));
        }
        for (Future<?> thread : done) {
            thread.get(60, TimeUnit.SECONDS);
        }
        pools.shutdown();
        assertThat(pool.keptBytes()).isLessThanOrEqualTo(2 * threads * 256);
    }

    /** Surefire asks for every buffer to be tracked. */
    @Test
    void shouldLetTheLeakDetectorFindAFrameThatNobodyReleases() {
        FramePool leaking = new FramePool(new UnpooledByteBufAllocator(true), BOUND);
        AtomicBoolean found = new AtomicBoolean();
        ByteBufUtil.setLeakListener((type, records) -> found.set(true));
        try (FrameBuilder careless = new FrameBuilder(leaking, FrameLimits.DEFAULT)) {
            frame(careless, "released").release();
            frame(careless, "leaked, in memory that was used before");
            assertThat(leaking.keptBytes()).isZero();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!found.get() && System.nanoTime() < end) {
                System.gc();
                // A leak is noticed when the next buffer is tracked.
                new UnpooledByteBufAllocator(true).directBuffer(1).release();
            }
            assertThat(found).isTrue();
        } finally {
            ByteBufUtil.setLeakListener(null);
        }
    }

    private Frame frame(FrameBuilder building, String body) {
        building.begin(Headers.EMPTY);
        building.add(body.getBytes(StandardCharsets.UTF_8));
        return building.build(producer, 0);
    }

    private static String bodyOf(Frame frame) {
        EventCursor cursor = new EventCursor().wrap(frame);
        assertThat(cursor.next()).isTrue();
        return new String(cursor.body(), StandardCharsets.UTF_8);
    }

    private static long addressOf(Frame frame) {
        return frame.buffer().addressOffset();
    }
}
