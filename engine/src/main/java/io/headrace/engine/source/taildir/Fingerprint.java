package io.headrace.engine.source.taildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * The checksum of a stretch of a file. What was written to a log file does not change, so a file that holds other bytes
 * there is another file, or the same one after it was truncated; growth changes nothing.
 *
 * @param offset where the stretch begins
 * @param length its bytes, may be 0
 * @param crc CRC32C of them
 */
record Fingerprint(long offset, int length, int crc) {
    /** Reads a stretch; one that the file does not have in full yields a shorter fingerprint. */
    static Fingerprint read(FileChannel file, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) > 0) {
            // until all is read or the file ends
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip());
        return new Fingerprint(offset, bytes.limit(), (int) crc.getValue());
    }

    /** Whether the file holds the same bytes there. */
    boolean matches(FileChannel file) throws IOException {
        return equals(read(file, offset, length));
    }
}
