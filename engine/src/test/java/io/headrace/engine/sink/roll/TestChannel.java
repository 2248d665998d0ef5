package io.headrace.engine.sink.roll;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.headrace.wal.StreamId;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A channel of a test: frames in order, committed in order, with a checkpoint when the test says so. After a crash it
 * goes on where the last checkpoint stood.
 */
final class TestChannel implements ChannelConsumer {
    private final List<Frame> frames = new ArrayList<>();
    private final Producer producer = new Producer(7);
    private final boolean tokens;
    boolean checkpointAtOnce;
    boolean failed;

    /** How often it was asked what a checkpoint holds. */
    int looks;

    private int committed;
    private byte[] token;
    private long version;

    private int checkpointedFrames;
    private byte[] checkpointedToken;
    private long checkpointedVersion;

    TestChannel(boolean tokens) {
        this.tokens = tokens;
        this.checkpointAtOnce = true;
    }

    TestChannel add(Map<String, String> shared, String... bodies) {
        return add(shared, Map.of(), bodies);
    }

    TestChannel add(Map<String, String> shared, Map<String, String> own, String... bodies) {
        try (FrameBuilder builder = new FrameBuilder(ByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            builder.begin(Headers.of(shared));
            for (String body : bodies) {
                builder.add(Headers.of(own), body.getBytes(StandardCharsets.UTF_8));
            }
            frames.add(builder.build(producer, 1));
        }
        return this;
    }

    /** Leases, delivers and commits all that is there, {@code perLease} frames at a time. */
    void drain(FileRollSink sink, int perLease) throws Exception {
        while (committed < frames.size()) {
            deliver(sink, perLease);
        }
    }

    /** Leases, delivers and commits some frames. */
    void deliver(FileRollSink sink, int perLease) throws Exception {
        int upTo = Math.min(frames.size(), committed + perLease);
        byte[] newToken = sink.deliver(lease(committed, upTo));
        committed = upTo;
        if (newToken != null) {
            token = newToken;
            version++;
        }
        if (checkpointAtOnce) {
            checkpoint();
        }
    }

    /** Delivers without committing: the process dies in between. */
    void deliverOnly(FileRollSink sink, int perLease) throws Exception {
        sink.deliver(lease(committed, Math.min(frames.size(), committed + perLease)));
    }

    /** Delivers one frame; the commit comes when it is called for. */
    Runnable deliverAndCommitLater(FileRollSink sink) throws Exception {
        byte[] newToken = sink.deliver(lease(committed, committed + 1));
        return () -> {
            committed++;
            token = newToken;
            version++;
            checkpoint();
        };
    }

    /** Writes leases of so many frames as one group, of which no more becomes. */
    void writeOnly(FileRollSink sink, int... sizes) throws Exception {
        int from = committed;
        for (int size : sizes) {
            sink.write(lease(from, from + size), from == committed);
            from += size;
        }
    }

    /** Delivers leases of one frame each in one group, and commits the first ones. */
    void deliverGroup(FileRollSink sink, int leases, int commits) throws Exception {
        List<byte[]> newTokens = new ArrayList<>();
        for (int i = 0; i < leases; i++) {
            newTokens.add(sink.write(lease(committed + i, committed + i + 1), i == 0));
        }
        sink.sync();
        committed += commits;
        if (commits > 0) {
            token = newTokens.get(commits - 1);
            version += commits;
        }
    }

    /** The token of the last commit. */
    byte[] token() {
        return token;
    }

    /** What an earlier life left. */
    void recover(byte[] recovered) {
        token = recovered;
        checkpointedToken = recovered;
    }

    int left() {
        return frames.size() - committed;
    }

    void checkpoint() {
        checkpointedFrames = committed;
        checkpointedToken = token;
        checkpointedVersion = version;
    }

    /** The process was killed: what no checkpoint holds never happened. */
    void crash() {
        committed = checkpointedFrames;
        token = checkpointedToken;
        version = checkpointedVersion;
    }

    void close() {
        frames.forEach(Frame::release);
    }

    List<Frame> frames() {
        return frames;
    }

    private Lease lease(int from, int to) {
        List<Frame> leased = frames.subList(from, to);
        return new Lease() {
            @Override
            public int size() {
                return leased.size();
            }

            @Override
            public Frame frame(int index) {
                return leased.get(index);
            }

            @Override
            public long sequence(int index) {
                return from + index + 1L;
            }

            @Override
            public int events() {
                return leased.stream().mapToInt(Frame::eventCount).sum();
            }

            @Override
            public long bytes() {
                return leased.stream().mapToLong(Frame::length).sum();
            }

            @Override
            public void commit() {
                throw new UnsupportedOperationException("the engine's");
            }

            @Override
            public long commit(byte[] newToken) {
                throw new UnsupportedOperationException("the engine's");
            }

            @Override
            public void rollback() {
                throw new UnsupportedOperationException("the engine's");
            }
        };
    }

    @Override
    public String name() {
        return "k1";
    }

    @Override
    public int ordinal() {
        return 0;
    }

    @Override
    public StreamId streamId() {
        return new StreamId(1, 2);
    }

    @Override
    public long lowWater() {
        return committed;
    }

    @Override
    public Lease tryLease(int maxEvents, long maxBytes) {
        throw new UnsupportedOperationException("the engine's");
    }

    @Override
    public void setListener(Runnable listener) {
        throw new UnsupportedOperationException("the engine's");
    }

    @Override
    public byte[] recoveredToken() {
        return token;
    }

    @Override
    public boolean keepsTokens() {
        return tokens;
    }

    @Override
    public long saveToken(byte[] newToken) {
        token = newToken;
        version++;
        if (checkpointAtOnce) {
            checkpoint();
        }
        return version;
    }

    @Override
    public boolean isFailed() {
        return failed;
    }

    @Override
    public long checkpointedTokenVersion() {
        looks++;
        return checkpointedVersion;
    }
}
