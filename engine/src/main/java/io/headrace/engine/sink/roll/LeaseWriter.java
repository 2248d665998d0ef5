package io.headrace.engine.sink.roll;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.spi.EventSerializer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/**
 * Serializes the events of a lease into one direct buffer, which is written when it is full or the next event belongs to
 * another file. Owned by the sink's thread.
 */
final class LeaseWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private final EventSerializer serializer;
    private final String partitionHeader;
    private final OutputSeries output;
    private final RollCounters counters;
    private final EventCursor cursor = new EventCursor();
    private ByteBuffer memory;

    /** Of {@link #memory}, from a multiple of {@link DirectWrites#BLOCK} on; its begin is that of a block of the file. */
    private ByteBuffer buffer;

    private int begin;
    private String partition;
    private OutputFile file;
    private long nowMillis;

    /** @param partitionHeader whose values have files of their own, or null */
    LeaseWriter(EventSerializer serializer, String partitionHeader, OutputSeries output, RollCounters counters) {
        this.serializer = serializer;
        this.partitionHeader = partitionHeader;
        this.output = output;
        this.counters = counters;
        allocate(BUFFER_BYTES);
    }

    /** Writes all events; nothing is synced. */
    void write(Lease lease, long now) throws IOException {
        nowMillis = now;
        partition = null;
        file = null;
        begin = 0;
        buffer.clear();
        for (int i = 0; i < lease.size(); i++) {
            write(lease.frame(i));
        }
        flush();
        if (buffer.capacity() > BUFFER_BYTES) {
            BufferUtil.free(memory);
            allocate(BUFFER_BYTES);
        }
    }

    @Override
    public void close() {
        BufferUtil.free(memory);
    }

    private void write(Frame frame) throws IOException {
        cursor.wrap(frame);
        String shared = partitionHeader == null ? "" : orEmpty(cursor.header(partitionHeader));
        while (cursor.next()) {
            boolean own = partitionHeader != null && cursor.ownHeadersLength() > 0;
            String wanted = own ? orEmpty(cursor.header(partitionHeader)) : shared;
            if (file == null || !wanted.equals(partition)) {
                turnTo(wanted);
            }
            ensureRoom(serializer.maxLength(cursor));
            serializer.write(cursor, buffer);
        }
    }

    private void turnTo(String wanted) throws IOException {
        flush();
        file = output.file(wanted, nowMillis);
        partition = wanted;
        clear();
        if (file.written() == 0) {
            byte[] header = serializer.header();
            ensureRoom(header.length);
            buffer.put(header);
        }
    }

    private void ensureRoom(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
            if (buffer.remaining() < bytes) {
                BufferUtil.free(memory);
                allocate(Math.addExact(bytes, DirectWrites.BLOCK));
                clear();
            }
        }
    }

    private void flush() throws IOException {
        if (buffer.position() > begin) {
            counters.bytes.add(buffer.position() - begin);
            buffer.limit(buffer.position()).position(begin);
            file.append(buffer);
            clear();
        }
    }

    /** What comes next stands in the buffer where it will stand in its block of the file. */
    private void clear() {
        begin = file.offsetInBlock();
        buffer.clear().position(begin);
    }

    private void allocate(int bytes) {
        memory = ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * DirectWrites.BLOCK));
        buffer = memory.alignedSlice(DirectWrites.BLOCK).limit(bytes).slice();
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }
}
