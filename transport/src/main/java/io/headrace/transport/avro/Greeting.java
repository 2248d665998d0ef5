package io.headrace.transport.avro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A source's answers to handshakes. It knows the hash of Flume and its own; others it learns with the text of the
 * client's protocol, and remembers a bounded number of them for the connections that follow. Safe for any thread.
 */
final class Greeting {
    private static final int REMEMBERED = 256;

    private enum Match {
        BOTH,
        CLIENT,
        NONE
    }

    private static final Map<Match, byte[]> PLAIN = answers(false);
    private static final Map<Match, byte[]> ORDERED = answers(true);

    /** Hashes of protocols that clients have shown. */
    private final Set<String> shown = new LinkedHashSet<>();

    private final ReentrantLock lock = new ReentrantLock();

    /** Whether the client has not to come again with the text of its protocol. */
    boolean accepts(Handshake handshake) {
        return AvroProtocol.isOurs(handshake.clientHash()) || knows(handshake);
    }

    /** The bytes of the answer, the same for all that get it. */
    byte[] answer(Handshake handshake) {
        Match match = !accepts(handshake)
                ? Match.NONE
                : AvroProtocol.isOurs(handshake.serverHash()) ? Match.BOTH : Match.CLIENT;
        return (handshake.ordered() ? ORDERED : PLAIN).get(match);
    }

    private static Map<Match, byte[]> answers(boolean ordered) {
        Map<Match, byte[]> answers = new EnumMap<>(Match.class);
        for (Match match : Match.values()) {
            answers.put(match, answer(match, ordered));
        }
        return answers;
    }

    private static byte[] answer(Match match, boolean ordered) {
        ByteBuf out = Unpooled.buffer(64);
        AvroOutput.writeLong(out, match.ordinal());
        if (match == Match.BOTH) {
            AvroOutput.writeLong(out, 0);
            AvroOutput.writeLong(out, 0);
        } else {
            AvroOutput.writeLong(out, 1);
            AvroOutput.writeString(out, AvroProtocol.TEXT);
            AvroOutput.writeLong(out, 1);
            out.writeBytes(AvroProtocol.TEXT_HASH);
        }
        AvroOutput.writeLong(out, ordered ? 1 : 0);
        if (ordered) {
            AvroOutput.writeOrdered(out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private boolean knows(Handshake handshake) {
        String hash = Arrays.toString(handshake.clientHash());
        lock.lock();
        try {
            if (handshake.clientProtocol() == null) {
                return shown.contains(hash);
            }
            if (shown.size() < REMEMBERED) {
                shown.add(hash);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
