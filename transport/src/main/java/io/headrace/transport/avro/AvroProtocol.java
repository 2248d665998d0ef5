package io.headrace.transport.avro;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Flume's {@code AvroSourceProtocol}: its messages, and the hashes by which its two ends know it. Flume's hash is that of
 * its text with the comment of its source; a peer that knows another text gets {@link #TEXT}, which says the same.
 */
final class AvroProtocol {
    static final String APPEND = "append";
    static final String APPEND_BATCH = "appendBatch";

    static final int HASH_LENGTH = 16;

    /** What every Flume since 1.3 sends and expects. */
    static final byte[] FLUME_HASH = HexFormat.of().parseHex("86aadae2c45474c0fe93ffd0f2350a65");

    static final String TEXT =
            "{\"protocol\":\"AvroSourceProtocol\",\"namespace\":\"org.apache.flume.source.avro\",\"types\":["
                    + "{\"type\":\"enum\",\"name\":\"Status\",\"symbols\":[\"OK\",\"FAILED\",\"UNKNOWN\"]},"
                    + "{\"type\":\"record\",\"name\":\"AvroFlumeEvent\",\"fields\":["
                    + "{\"name\":\"headers\",\"type\":{\"type\":\"map\",\"values\":\"string\"}},"
                    + "{\"name\":\"body\",\"type\":\"bytes\"}]}],"
                    + "\"messages\":{"
                    + "\"append\":{\"request\":[{\"name\":\"event\",\"type\":\"AvroFlumeEvent\"}],\"response\":\"Status\"},"
                    + "\"appendBatch\":{\"request\":[{\"name\":\"events\",\"type\":{\"type\":\"array\",\"items\":"
                    + "\"AvroFlumeEvent\"}}],\"response\":\"Status\"}}}";

    /** The hash of {@link #TEXT}. */
    static final byte[] TEXT_HASH = md5(TEXT);

    /** Key in the metadata of a handshake by which two ends of this kind agree that answers keep the order of requests. */
    static final String ORDERED_KEY = "headrace.ordered";

    private AvroProtocol() {}

    /** Whether a hash is one of this side's. */
    static boolean isOurs(byte[] hash) {
        return Arrays.equals(hash, FLUME_HASH) || Arrays.equals(hash, TEXT_HASH);
    }

    static byte[] md5(String text) {
        try {
            return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
