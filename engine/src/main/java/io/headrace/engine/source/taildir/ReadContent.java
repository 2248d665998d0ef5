package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * What was read of a file, as far as it takes to recognise it: the bytes before its position, and the checksum of all
 * from its beginning. Owned by the source's thread.
 */
final class ReadContent {
    private static final int MOST_COMPLETED_BYTES = 256 * 1024;

    private final byte[] tail = new byte[InputRegistry.TAIL_BYTES];
    private int tailLength;
    private ContentSum sum = ContentSum.EMPTY;

    /** Nothing is known but what an earlier life summed up. */
    void begin(ContentSum known) {
        tailLength = 0;
        sum = known;
    }

    /** The same was read of another file. */
    void inherit(ReadContent other) {
        System.arraycopy(other.tail, 0, tail, 0, other.tailLength);
        tailLength = other.tailLength;
        sum = other.sum;
    }

    /** Reads the bytes before a position, by which a later truncation is noticed. */
    void readTail(FileChannel channel, long position) throws IOException {
        int length = (int) Math.min(position, tail.length);
        ByteBuffer bytes = ByteBuffer.wrap(tail, 0, length);
        while (bytes.hasRemaining() && channel.read(bytes, position - bytes.remaining()) > 0) {
            // until all is read or the file ends
        }
        tailLength = bytes.hasRemaining() ? 0 : length;
    }

    /** The checksum of what was read from the beginning; of less than that when it was not known at the start. */
    ContentSum sum() {
        return sum;
    }

    /** So many bytes more were read, which have this checksum. */
    void add(int crc, long length) {
        sum = sum.then(crc, length);
    }

    /** Adds to the sum what was read in an earlier life and not noted, unless it is much. */
    void completeSum(FileChannel channel, long position) throws IOException {
        long missing = position - sum.length();
        if (missing > 0 && missing <= MOST_COMPLETED_BYTES) {
            Fingerprint rest = Fingerprint.read(channel, sum.length(), (int) missing);
            if (rest.length() == missing) {
                sum = sum.then(rest.crc(), missing);
            }
        }
    }

    /** The bytes before the position, as many as are known. */
    byte[] tail() {
        return tail;
    }

    /** The byte before the position, where any are known. */
    byte last() {
        return tail[tailLength - 1];
    }

    int tailLength() {
        return tailLength;
    }

    void setTailLength(int length) {
        tailLength = length;
    }

    /** The bytes before a position, which is that of the file, for recognising it later. */
    Fingerprint tailFingerprint(long position) {
        CRC32C crc = new CRC32C();
        crc.update(tail, 0, tailLength);
        return new Fingerprint(position - tailLength, tailLength, (int) crc.getValue());
    }
}
