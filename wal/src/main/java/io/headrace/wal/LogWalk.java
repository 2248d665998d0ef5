package io.headrace.wal;

import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads the frames of a log in order from outside, while it may be open elsewhere: by plain positional reads into bounded
 * buffers, without a lock, writing nothing. A frame counts only if tag, header checksum and payload checksum hold. What does not
 * hold because its segment was released and used again meanwhile is passed over: it was committed. Each sequence is
 * returned once at most, in ascending order.
 *
 * <p>Owned by one thread, which is not interrupted. Works on any storage. This goes from part to part and says what is damage;
 * {@link LiveView} is what it goes by, {@link PartReader} reads one part, {@link TornTail} judges what is behind the last
 * frame, {@link LogLoss} what is gone.
 */
public final class LogWalk implements AutoCloseable {
    private static final int MAX_RENEWALS = 1000;

    /** What a step came to. */
    public enum Step {
        /** A frame, see {@link #frame()}. */
        FRAME,
        /** Something that is not as it was written, see {@link #damage()}; the next step goes on behind it. */
        DAMAGE,
        /** Nothing more now; the next step looks again. */
        END
    }

    private final LogPlace place;
    private final LogView.Reach reach;
    private final boolean judging;
    private final LiveView live;
    private final PartReader reader;
    private final TornTail tornTail;

    private boolean checkpointTold;
    /** The part to begin with; -1 where it is looked for. */
    private int first = -1;

    private int at;
    private boolean sizeTold;
    private long lookedAgainAt;
    private long judgedAt;
    private long last;
    private Frame frame;
    private LogDamage damage;
    private boolean ended;
    private long bytesRead;
    private long released;
    private int renewals;

    /**
     * Opens nothing yet.
     *
     * @param above only frames with sequences above this are returned; {@code Long.MIN_VALUE} for all that are not committed
     * @param withReleased also what is committed, as far as it is not released
     * @param judging whether the bytes behind the last frame are searched for what tells a torn tail from damage, which
     *     reads the last segment to its end
     */
    public LogWalk(Storage storage, LogPlace place, long above, boolean withReleased, boolean judging) {
        this(storage, place, above, withReleased ? LogView.Reach.RELEASED : LogView.Reach.SINKS, judging, false);
    }

    /**
     * As the other one, to verify a log.
     *
     * @param reach how far down
     * @param alone whether nobody can write: the caller has the log locked
     */
    LogWalk(Storage storage, LogPlace place, long above, LogView.Reach reach, boolean judging, boolean alone) {
        this(storage, place, above, reach, judging, new LiveView(storage, place, reach, alone, null));
    }

    /** Walks what a view of a log that nobody has open shows from a part on, whatever stands in the checkpoint meanwhile. */
    LogWalk(Storage storage, LogPlace place, LogView fixed, int first, long above) {
        this(
                storage,
                place,
                above,
                LogView.Reach.CURSORS,
                true,
                new LiveView(storage, place, LogView.Reach.CURSORS, true, fixed));
        this.first = first;
    }

    private LogWalk(Storage storage, LogPlace place, long above, LogView.Reach reach, boolean judging, LiveView live) {
        FrameSearch search = new FrameSearch();
        this.place = place;
        this.reach = reach;
        this.judging = judging;
        this.live = live;
        this.reader = new PartReader(storage, search, judging);
        this.tornTail = new TornTail(storage, search);
        this.last = above;
    }

    /** Goes to the next frame or damage. The frame of the step before is given back. */
    public Step next() throws IOException {
        dropFrame();
        if (ended) {
            ended = false;
            if (live.movedOn(reader.segment())) {
                live.forget();
            }
        }
        while (true) {
            if (live.get() == null) {
                enter();
                String fault = live.get().checkpointFault();
                if (fault != null && !checkpointTold) {
                    checkpointTold = true;
                    damage = new LogDamage(
                            LogDamage.Kind.CHECKPOINT, place.checkpointFolder(), 0, 0, List.of(), Map.of(), 0, fault);
                    return Step.DAMAGE;
                }
            }
            if (at >= live.get().parts().size()) {
                Step end = end();
                if (end != null) {
                    return end;
                }
                continue;
            }
            LogView.Part part = live.get().parts().get(at);
            if (!reader.isOpen() && !open(part)) {
                if (live.isPassed(part)) {
                    released++;
                    at++;
                    continue;
                }
                if (live.isReleased(part, reader)) {
                    renew();
                    continue;
                }
                lose(
                        LogDamage.Kind.SEGMENT,
                        part.path(),
                        0,
                        0,
                        "missing, or its header is damaged",
                        last + 1,
                        part.lastSequence(),
                        0);
                at++;
                return Step.DAMAGE;
            }
            if (!sizeTold && part.size() != part.header().size() && !live.isPassed(part)) {
                sizeTold = true;
                if (live.isReleased(part, reader)) {
                    renew();
                    continue;
                }
                damage = new LogDamage(
                        LogDamage.Kind.SIZE,
                        part.path(),
                        part.size(),
                        part.header().size(),
                        List.of(),
                        Map.of(),
                        0,
                        part.size() + " bytes (expected: " + part.header().size() + ", as its header says)");
                return Step.DAMAGE;
            }
            Step step = step(part);
            if (step != null) {
                return step;
            }
        }
    }

    /** One try; null when something was passed over. */
    private Step step(LogView.Part part) throws IOException {
        Frame found = reader.read(part, last);
        if (found != null) {
            return accept(found) ? Step.FRAME : null;
        }
        long offset = reader.frameOffset();
        if (part.followed() && offset == part.end()) {
            leavePart();
            return null;
        }
        if (offset != lookedAgainAt) {
            // What was read may be older than what says that there is a frame.
            lookedAgainAt = offset;
            reader.readAgain(offset);
            return null;
        }
        String fault = reader.fault();
        boolean passed = live.isPassed(part);
        boolean beforeGap = !part.followed() && at < live.get().parts().size() - 1;
        if (passed || offset >= part.required() && !isLost(part, offset, beforeGap)) {
            if (passed || beforeGap) {
                leavePart();
                return null;
            }
            return end();
        }
        if (live.isReleased(part, reader)) {
            renew();
            return null;
        }
        if (offset != judgedAt) {
            // What says that there must be a frame was read after its place was: it may have been written between.
            judgedAt = offset;
            reader.readAgain(offset);
            return null;
        }
        skipDamage(part, offset, fault);
        return Step.DAMAGE;
    }

    private void leavePart() throws IOException {
        reader.leave();
        at++;
    }

    private boolean accept(Frame found) {
        long sequence = reader.hop().sequence();
        reader.passed();
        bytesRead += found.alignedLength();
        renewals = 0;
        // What a recovery cut off may be whole: it was never acknowledged, and its sequence counts as committed.
        if (sequence <= last || live.get().isHole(sequence)) {
            found.release();
            return false;
        }
        last = sequence;
        frame = found;
        return true;
    }

    /**
     * What is behind the last frame: damage when something later says that it was durable, else a torn tail; in a part before
     * a gap, damage when the part goes on.
     */
    private boolean isLost(LogView.Part part, long offset, boolean beforeGap) throws IOException {
        tornTail.forget();
        if (part.isGuessed() || !judging) {
            return false;
        }
        if (beforeGap) {
            return reader.goesOn(part, offset, last, live.get()::isCommitted);
        }
        boolean lost = tornTail.isDamage(live.get(), at, reader.segment(), offset, last, reader.knownDurable());
        reader.knowDurable(tornTail.durable());
        return lost;
    }

    /** Goes to the next frame that holds, and says what lies before it. */
    private void skipDamage(LogView.Part part, long offset, String fault) throws IOException {
        tornTail.forget();
        PartReader.Gap gap = reader.gap(part, offset, last);
        lose(
                LogDamage.Kind.FRAMES,
                part.path(),
                offset,
                gap.end(),
                fault,
                gap.firstLost(),
                gap.lastLost(),
                gap.events());
        reader.readAgain(gap.end());
        lookedAgainAt = -1;
        judgedAt = -1;
        // It may be that the file ends before its frames do.
        if (!gap.resumed() && !part.followed() || gap.end() < part.end() && gap.end() == part.size()) {
            leavePart();
        }
    }

    private void lose(
            LogDamage.Kind kind,
            Path file,
            long offset,
            long end,
            String fault,
            long first,
            long lastLost,
            long events) {
        long from = Math.max(first, last + 1);
        LogLoss loss = new LogLoss(live.get().checkpoint().state());
        List<LogDamage.SequenceRange> lost = loss.ofSinks(from, lastLost);
        Map<String, List<LogDamage.SequenceRange>> lostOnCursors =
                reach == LogView.Reach.SINKS ? Map.of() : loss.ofCursors(from, lastLost);
        last = Math.max(last, lastLost);
        damage = new LogDamage(kind, file, offset, end, lost, lostOnCursors, lost.isEmpty() ? 0 : events, fault);
    }

    /** Null when there is something behind a gap. */
    private Step end() throws IOException {
        if (goOnBehindGap()) {
            return null;
        }
        reader.releaseBuffers();
        lookedAgainAt = -1;
        judgedAt = -1;
        ended = true;
        return Step.END;
    }

    /**
     * Whether frames that nothing leads to say that more was durable than was found; the walk then goes on there, with what
     * the part that it stands in has left.
     */
    private boolean goOnBehindGap() throws IOException {
        return judging && live.goOnBehindGap(last);
    }

    private void enter() throws IOException {
        LogView view = live.take();
        reader.knowDurable(view.checkpoint().durable());
        if (reach != LogView.Reach.RELEASED) {
            last = Math.max(last, reach.floor(view.checkpoint()));
        }
        List<LogView.Part> parts = view.parts();
        at = 0;
        for (int i = 0; i < parts.size(); i++) {
            if (reader.isIn(parts.get(i))) {
                // Goes on where it stood.
                at = i;
                return;
            }
        }
        reader.leave();
        if (first >= 0) {
            at = first;
            return;
        }
        // Not past what is missing: it is to be told.
        while (at < parts.size() - 1
                && !parts.get(at).isMissing()
                && parts.get(at).followed()
                && parts.get(at).lastSequence() <= last) {
            at++;
        }
    }

    private boolean open(LogView.Part part) throws IOException {
        if (!reader.open(part, live.get().checkpoint(), last)) {
            return false;
        }
        lookedAgainAt = -1;
        judgedAt = -1;
        sizeTold = false;
        return true;
    }

    private void renew() throws IOException {
        if (++renewals > MAX_RENEWALS) {
            throw new IOException(place.home() + ": changes faster than it can be read (expected: a frame in "
                    + MAX_RENEWALS + " looks)");
        }
        released++;
        reader.leave();
        live.forget();
    }

    private void dropFrame() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    /** The frame of the last step, until the next one. */
    public Frame frame() {
        return frame;
    }

    /** Its sequence. */
    public long sequence() {
        return reader.hop().sequence();
    }

    /** Where its file stands, and where in it. */
    public Path file() {
        return reader.isOpen() ? reader.segment().path() : null;
    }

    /** Where the frame begins in its file, in bytes. */
    public long offset() {
        return reader.frameOffset();
    }

    /** Number of the input that it came from; 0: none. */
    public int inputNumber() {
        return reader.hop().inputNumber();
    }

    /** Its position in that input. */
    public long inputPosition() {
        return reader.hop().inputPosition();
    }

    /** Whether it was committed when the checkpoint was read last. */
    public boolean isCommitted() {
        return live.get().isCommitted(sequence());
    }

    /** What is known to be durable by now; 0 before the first step. */
    public long durable() {
        return live.get() == null ? 0 : live.get().checkpoint().durable();
    }

    /** The damage of the last step. */
    public LogDamage damage() {
        return damage;
    }

    /** At the end: bytes behind the last frame that were written and never known to be durable. */
    public long tornBytes() {
        return tornTail.bytes();
    }

    /** Bytes of frames read so far. */
    public long bytesRead() {
        return bytesRead;
    }

    /** How often segments were released while they were read. */
    public long released() {
        return released;
    }

    /** What the walk goes by now; null before the first step. */
    LogView view() {
        return live.get();
    }

    /** The part that the last step was in. */
    int partIndex() {
        return at;
    }

    /** Bytes that there are to read, as far as is known. */
    public long bytesToRead() {
        return live.get() == null ? 0 : live.get().bytes();
    }

    @Override
    public void close() throws IOException {
        dropFrame();
        reader.close();
    }
}
