package io.headrace.wal;

import io.headrace.frame.FrameType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads all of a log that is not committed on every cursor and verifies every checksum, from outside and without a lock.
 *
 * @param damages in log order
 * @param frames that hold, events included or not
 * @param events in those that are not committed by the sinks
 * @param bytes of those frames, in the log
 * @param tornBytes at the end, written and never known to be durable: cut when the log is opened; 0 while somebody has it
 * @param tornFile where they are, or null
 * @param tornOffset from where on
 * @param released how often a segment was used again while it was read, which is no damage
 * @param holder who has the log open, or null
 * @param identityChanged why opening it would take a new stream id (R12), or null
 * @param last the sequence of the last frame; the low-water mark when there is none
 */
public record LogCheck(
        List<LogDamage> damages,
        long frames,
        long events,
        long bytes,
        long tornBytes,
        Path tornFile,
        long tornOffset,
        long released,
        String holder,
        String identityChanged,
        long lowWater,
        long last) {
    /** Told how far a check is, now and then, on its own thread. */
    public interface Listener {
        void read(long bytes, long ofBytes);
    }

    public LogCheck {
        damages = List.copyOf(damages);
    }

    /** Whether nothing is damaged; a torn tail is none. */
    public boolean isSound() {
        return damages.isEmpty();
    }

    /** All that the sinks miss, in order. */
    public List<LogDamage.SequenceRange> lost() {
        return damages.stream().flatMap(damage -> damage.lost().stream()).toList();
    }

    /** What cursors beside the sinks' miss, by name. */
    public Map<String, List<LogDamage.SequenceRange>> lostOnCursors() {
        return LogDamage.lostOnCursors(damages);
    }

    /**
     * Checks a log: all of it, or what the newest checkpoint held when it began while somebody has it open, so that it ends however fast
     * more comes.
     *
     * @throws LogVersionException when a later version wrote it
     * @throws IOException when it cannot be read
     */
    public static LogCheck run(Storage storage, LogPlace place, Listener listener) throws IOException {
        List<LogDamage> damages = new ArrayList<>();
        LogIdentity identity = LogIdentity.inspect(storage, place.home());
        String holder = storage.holder(place.home());
        long frames = 0;
        long events = 0;
        long last = 0;
        long upTo = Long.MAX_VALUE;
        try (LogWalk walk = new LogWalk(storage, place, Long.MIN_VALUE, LogView.Reach.CURSORS, true, false)) {
            LogWalk.Step step = walk.next();
            if (holder != null) {
                upTo = walk.view().checkpoint().durable();
            }
            for (; step != LogWalk.Step.END && last < upTo; step = walk.next()) {
                if (step == LogWalk.Step.FRAME && walk.sequence() > upTo) {
                    break;
                }
                if (step == LogWalk.Step.DAMAGE) {
                    damages.add(walk.damage());
                } else {
                    frames++;
                    last = walk.sequence();
                    if (walk.frame().type() == FrameType.DATA && !walk.isCommitted()) {
                        events += walk.frame().eventCount();
                    }
                }
                listener.read(walk.bytesRead(), walk.bytesToRead());
            }
            holder = holder == null ? storage.holder(place.home()) : holder;
            long lowWater = walk.view().checkpoint().lowWater();
            boolean torn = holder == null && walk.tornBytes() > 0;
            return new LogCheck(
                    damages,
                    frames,
                    events,
                    walk.bytesRead(),
                    torn ? walk.tornBytes() : 0,
                    torn ? walk.file() : null,
                    torn ? walk.offset() : 0,
                    walk.released(),
                    holder,
                    identity == null ? "the identity file is missing" : identity.changed(),
                    lowWater,
                    Math.max(last, lowWater));
        }
    }
}
