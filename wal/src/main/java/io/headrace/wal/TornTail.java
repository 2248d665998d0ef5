package io.headrace.wal;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Tells a torn tail from damage, for who reads a log from outside: looks behind the last frame that holds, in all parts of the
 * view from there on, for frames that say that more was durable when they were written. Owned by the walk's thread.
 */
final class TornTail {
    private final Storage storage;
    private final FrameSearch search;
    private long bytes;
    private long durable;

    TornTail(Storage storage, FrameSearch search) {
        this.storage = storage;
        this.search = search;
    }

    /** Bytes behind the last frame that were written, when this was asked last. */
    long bytes() {
        return bytes;
    }

    /** Nothing has been found behind the last frame, or nothing was looked for. */
    void forget() {
        bytes = 0;
    }

    /** The highest sequence that is known to be durable, when this was asked last. */
    long durable() {
        return durable;
    }

    /**
     * Whether something that was durable is missing; where a part is gone, too: the caller finds out whether it may be.
     *
     * @param at the part of {@code segment}, in which no frame holds at {@code offset}
     * @param last sequence of the last frame that holds
     * @param knownDurable what is known to have been durable without this
     */
    boolean isDamage(LogView view, int at, Segment segment, long offset, long last, long knownDurable)
            throws IOException {
        bytes = 0;
        durable = knownDurable;
        long highest = knownDurable;
        for (int i = at; i < view.parts().size(); i++) {
            LogView.Part later = view.parts().get(i);
            if (later.isMissing()) {
                continue;
            }
            try (StorageFile file = storage.open(later.path(), Storage.OpenMode.READ)) {
                Segment searched = new Segment(later.path(), file, later.header());
                long start = i == at ? offset : SegmentHeader.LENGTH;
                long from = start;
                long found = search.findBegun(searched, from, later.end(), last);
                while (found >= 0) {
                    HopHeader hop = search.hop();
                    highest = Math.max(highest, hop.durable());
                    boolean whole = hop.length() <= later.end() - found;
                    from = found + (whole ? FrameLayout.align(hop.length()) : FrameLayout.ALIGNMENT);
                    bytes += from - start;
                    start = from;
                    found = search.findBegun(searched, from, later.end(), last);
                }
            } catch (NoSuchFileException | FileNotFoundException e) {
                // Released since: the caller looks at that.
                return true;
            }
        }
        if (bytes == 0 && search.begins(segment, offset, view.parts().get(at).end())) {
            bytes = FrameLayout.ALIGNMENT;
        }
        durable = highest;
        return durable > last;
    }
}
