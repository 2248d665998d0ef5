package io.headrace.transport.link;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameCompressor;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameLease;
import io.headrace.wal.FrameSupply;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Leases frames and writes them, in the form that the receiver takes, as far as it and the window allow. Owned by the
 * sender's thread.
 */
final class FrameOutflow {
    private static final long ROUND_BYTES = 4L * 1024 * 1024;

    private final LinkSenderOptions options;
    private final FrameSupply consumer;
    private final InFlight flight;
    private final SenderPulse pulse;
    private final LinkSenderCounts counts;
    private final LinkDialer dialer;
    private final Consumer<String> trouble;
    private final DataWriter writer = new DataWriter();

    private LinkOutput output;
    private long kept;
    private int largestFrame;
    private boolean takesStored;
    private boolean takesZstd;

    /** Bytes read to compress or inflate them, or made by that: work that what is sent does not show. */
    private long madeBytes;

    private boolean ranEmpty;
    private boolean stuck;

    /**
     * @param dialer knows the receiver's name
     * @param trouble told why nothing more can be sent over the connection
     */
    FrameOutflow(
            LinkSenderOptions options,
            FrameSupply consumer,
            InFlight flight,
            SenderPulse pulse,
            LinkSenderCounts counts,
            LinkDialer dialer,
            Consumer<String> trouble) {
        this.options = options;
        this.consumer = consumer;
        this.flight = flight;
        this.pulse = pulse;
        this.counts = counts;
        this.dialer = dialer;
        this.trouble = trouble;
    }

    /** A receiver is there. */
    void begin(LinkOutput connection, Welcome welcome) {
        output = connection;
        stuck = false;
        kept = welcome.kept();
        largestFrame = welcome.largestFrame();
        takesZstd = (welcome.codecs() & LinkLayout.ZSTD) != 0;
        // What is changed on the way out has to be in memory.
        takesStored = (welcome.codecs() & LinkLayout.TAKES_STORED) != 0
                && output.sendsFiles()
                && takesZstd
                && options.compressor() == null;
        consumer.leaveInFile(takesStored);
    }

    /** Whether a frame cannot go over this connection, nor what stands behind it. */
    boolean isStuck() {
        return stuck;
    }

    /** Whether there was nothing more to send when it was last looked. */
    boolean ranEmpty() {
        return ranEmpty;
    }

    /**
     * Leases and writes until something stops it; nothing is flushed.
     *
     * @param leasing whether more may be leased
     * @return whether it is only the length of a round
     */
    boolean send(long now, boolean leasing) {
        long end = flight.sentBytes() + ROUND_BYTES;
        long endOfMaking = madeBytes + ROUND_BYTES;
        while (output.isWritable()) {
            OpenLease open = flight.unsent();
            if (open == null) {
                open = leasing ? lease() : null;
                if (open == null) {
                    return false;
                }
            }
            if (!sendSome(open, now)) {
                return false;
            }
            if (flight.sentBytes() >= end || madeBytes >= endOfMaking) {
                return true;
            }
        }
        return false;
    }

    private OpenLease lease() {
        if (!flight.hasRoom()) {
            return null;
        }
        FrameLease lease = consumer.tryLease(options.batchEvents(), options.batchBytes());
        if (lease == null) {
            if (!ranEmpty) {
                ranEmpty = true;
                counts.foundNothing();
            }
            return null;
        }
        ranEmpty = false;
        lease.sent(0);
        counts.leased(lease.events(), options.batchEvents());
        OpenLease open = new OpenLease(lease);
        flight.add(open);
        return open;
    }

    /** Sends as many frames of the lease as may go in one DATA; false when one of them must wait. */
    private boolean sendSome(OpenLease open, long now) {
        FrameLease lease = open.lease();
        boolean wait = false;
        if (flight.unanswered() == 0) {
            pulse.firstGoes(now);
        }
        while (!wait && !open.isSent()) {
            while (!open.isSent() && lease.sequence(open.next()) <= kept) {
                open.skip();
                counts.frameKept();
            }
            int first = open.next();
            while (!wait && !open.isSent() && lease.sequence(open.next()) > kept) {
                boolean made = makeWire(open);
                Frame frame = open.wire(open.next());
                int aligned = frame.alignedLength();
                wait = !made || mustWait(frame, aligned) || open.next() - first == LinkLayout.MAX_FRAMES;
                if (!wait) {
                    flight.sent(lease.sequence(open.next()), aligned);
                    open.sent(now);
                }
            }
            int count = open.next() - first;
            if (count > 0) {
                lease.sent(open.next());
                counts.sentFromLog(writer.write(output, open, first, count, consumer.lowWater(), takesStored));
                open.letGo(first, open.next());
            }
        }
        flight.commitAnswered();
        return !wait;
    }

    /**
     * Compresses or inflates the next frame where the receiver wants it so, once however long it then waits; false when it
     * cannot: what stands before it is sent, and nothing more over this connection.
     */
    private boolean makeWire(OpenLease open) {
        int index = open.next();
        Frame frame = open.lease().frame(index);
        boolean inflate = !takesZstd && frame.isCompressed();
        boolean compress = takesZstd && options.compressor() != null && !frame.isCompressed();
        if (open.isMade(index) || !inflate && !compress) {
            return true;
        } else if (stuck) {
            return false;
        }
        try {
            Frame made = inflate
                    ? FrameCompressor.inflate(frame, output.allocator())
                    : options.compressor().compress(frame, output.allocator());
            open.make(index, made);
            madeBytes += Math.max(frame.length(), made.length());
            if (made != frame) {
                counts.frameMade(inflate);
            }
            return true;
        } catch (FrameException | UncheckedIOException e) {
            stuck("frame " + open.lease().sequence(index) + " cannot be " + (inflate ? "inflated" : "compressed")
                    + " for " + dialer.target() + ": " + e.getMessage());
            return false;
        }
    }

    private boolean mustWait(Frame frame, int aligned) {
        // What stays in a file is not read for it: the receiver looks, too.
        int length = frame.file() == null ? frame.plainLength() : frame.length();
        if (length > largestFrame) {
            stuck("frame of " + length + " bytes (expected: <= " + largestFrame + ", the largest that "
                    + dialer.target() + " takes)");
            return true;
        }
        return flight.mustWait(aligned);
    }

    private void stuck(String why) {
        if (!stuck) {
            stuck = true;
            trouble.accept(why);
        }
    }
}
