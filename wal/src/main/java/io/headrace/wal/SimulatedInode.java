package io.headrace.wal;

import io.headrace.wal.SimulatedDisk.Effect;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A file of a {@link SimulatedDisk}: what the page cache holds and what the disk holds. Content is cached in pages, a
 * page is written to the disk by {@link #sync()}, in sectors, in any order and any number of them when power goes before.
 *
 * <p>Guarded by the disk's lock, but for what is put into mapped ranges.
 */
final class SimulatedInode {
    static final int PAGE = 4096;
    static final int SECTOR = 512;
    private static final int ALL_SECTORS = (1 << PAGE / SECTOR) - 1;

    final long number;
    /** Pages that were written since they were last synced. */
    private final BitSet dirty = new BitSet();
    /** Ranges that are mapped: nobody tells when something is put there, so that they are compared. */
    private final List<Range> mapped = new ArrayList<>();

    private byte[] cached = new byte[0];
    private int size;
    private byte[] durable = new byte[0];
    private int durableSize;
    /** The cache as it was when each page was last clean; null while nothing is mapped. */
    private byte[] clean;

    SimulatedInode(long number) {
        this.number = number;
    }

    int size() {
        return size;
    }

    int read(ByteBuffer into, long position, int most) {
        int count = (int) Math.min(most, size - position);
        into.put(cached, (int) position, count);
        return count;
    }

    void write(ByteBuffer from, long position, int count) {
        int end = Math.toIntExact(position + count);
        ensure(end);
        from.get(cached, (int) position, count);
        if (count > 0) {
            dirty.set((int) position / PAGE, (end + PAGE - 1) / PAGE);
        }
        size = Math.max(size, end);
    }

    /** Writes whole pages to the disk, and what the cache held of them is gone; with {@code some}, any of the sectors. */
    void writeThrough(ByteBuffer from, long position, RandomGenerator some) {
        findChanges();
        growDurable(size);
        int at = (int) position;
        for (; from.hasRemaining(); at += SECTOR) {
            if (some == null || some.nextBoolean()) {
                from.get(cached, at, SECTOR);
                persist(at, SECTOR);
            } else {
                from.position(from.position() + SECTOR);
            }
            if (at % PAGE == 0) {
                dirty.clear(at / PAGE);
                durableSize = Math.max(durableSize, Math.min(size, at + PAGE));
            }
            cleaned(at / PAGE);
        }
    }

    void truncate(int to) {
        if (to < size) {
            Arrays.fill(cached, to, size, (byte) 0);
            // Whatever grows over it again must not meet what the disk had there.
            dirty.set(to / PAGE, (size + PAGE - 1) / PAGE);
        } else {
            ensure(to);
        }
        size = to;
    }

    /** The range as a buffer over the cache. */
    ByteBuffer map(int position, int length) {
        if (clean == null) {
            clean = cached.clone();
        }
        mapped.add(new Range(position, length));
        return ByteBuffer.wrap(cached, position, length);
    }

    void unmap(int position, int length) {
        findChanges();
        mapped.remove(new Range(position, length));
    }

    /** Whoever mapped ranges is gone; what was put there stays, and what is put there from now on goes nowhere. */
    void forgetMappings() {
        if (!mapped.isEmpty()) {
            findChanges();
            mapped.clear();
            cached = cached.clone();
        }
        clean = null;
    }

    /** The disk gets all pages and the size. */
    void sync() {
        findChanges();
        growDurable(size);
        Arrays.fill(durable, Math.min(size, durable.length), durable.length, (byte) 0);
        for (int page = dirty.nextSetBit(0); page >= 0; page = dirty.nextSetBit(page + 1)) {
            persist(page * PAGE, PAGE);
            cleaned(page);
        }
        dirty.clear();
        durableSize = size;
    }

    /** The disk gets the pages of a range. */
    void sync(int position, int length) {
        findChanges();
        growDurable(size);
        durableSize = Math.max(durableSize, size);
        int end = (position + length + PAGE - 1) / PAGE;
        for (int page = dirty.nextSetBit(position / PAGE); page >= 0 && page < end; page = dirty.nextSetBit(page + 1)) {
            persist(page * PAGE, PAGE);
            cleaned(page);
            dirty.clear(page);
        }
    }

    /** The disk refuses: some sectors may have reached it, and all pages count as clean, so that no later sync writes them. */
    void failSync(RandomGenerator random, Consumer<Effect> happened) {
        findChanges();
        growDurable(size);
        for (int page = dirty.nextSetBit(0); page >= 0; page = dirty.nextSetBit(page + 1)) {
            if (!persistSome(page, random, effect -> {})) {
                happened.accept(Effect.CLEAN_AND_LOST);
            }
            cleaned(page);
        }
        dirty.clear();
    }

    /** Memory is short: pages that count as clean are forgotten, and come from the disk when they are read again. */
    void dropCache() {
        if (!mapped.isEmpty()) {
            return;
        }
        growDurable(size);
        for (int page = 0; page * PAGE < size; page++) {
            if (!dirty.get(page)) {
                int from = page * PAGE;
                System.arraycopy(durable, from, cached, from, Math.min(PAGE, size - from));
            }
        }
        clean = null;
    }

    /** Of what was not synced the disk has any sectors, and any size between the old and the new one. */
    void cutPower(RandomGenerator random, Consumer<Effect> happened) {
        findChanges();
        int low = Math.min(size, durableSize);
        int high = Math.max(size, durableSize);
        growDurable(high);
        boolean allBefore = true;
        for (int page = dirty.nextSetBit(0); page >= 0; page = dirty.nextSetBit(page + 1)) {
            boolean whole = persistSome(page, random, happened);
            if (whole && !allBefore) {
                happened.accept(Effect.PAGES_REORDERED);
            }
            allBefore &= whole;
        }
        dirty.clear();
        mapped.clear();
        clean = null;
        int kept = random.nextInt(3);
        durableSize = kept == 0 ? low : kept == 1 ? high : low + random.nextInt(high - low + 1);
        Arrays.fill(durable, durableSize, durable.length, (byte) 0);
        cached = durable.clone();
        size = durableSize;
    }

    /** Turns a bit over, on the disk and in the cache. */
    void flip(int position, int bit) {
        growDurable(size);
        durable[position] ^= (byte) (1 << bit);
        cached[position] ^= (byte) (1 << bit);
        if (clean != null) {
            clean[position] ^= (byte) (1 << bit);
        }
    }

    /** Positions below this are on the disk as they are. */
    int durableSize() {
        return durableSize;
    }

    /** Another file with this content, as an operator's copy. */
    SimulatedInode copy(long copyNumber) {
        SimulatedInode copy = new SimulatedInode(copyNumber);
        copy.cached = cached.clone();
        copy.size = size;
        copy.dirty.set(0, (size + PAGE - 1) / PAGE);
        copy.sync();
        return copy;
    }

    /** The same file on another disk, with what is on this one. */
    SimulatedInode durableCopy() {
        SimulatedInode copy = new SimulatedInode(number);
        copy.durable = Arrays.copyOf(durable, durableSize);
        copy.durableSize = durableSize;
        copy.cached = copy.durable.clone();
        copy.size = durableSize;
        return copy;
    }

    /** Whether the disk has the whole page afterwards. */
    private boolean persistSome(int page, RandomGenerator random, Consumer<Effect> happened) {
        int from = page * PAGE;
        int sectors =
                switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1 -> random.nextInt(1 << PAGE / SECTOR);
                    case 2 -> (1 << 1 + random.nextInt(PAGE / SECTOR)) - 1;
                    default -> ALL_SECTORS;
                };
        for (int sector = 0; sector < PAGE / SECTOR; sector++) {
            if ((sectors & 1 << sector) != 0) {
                persist(from + sector * SECTOR, SECTOR);
            }
        }
        if (sectors != ALL_SECTORS) {
            happened.accept(sectors == 0 ? Effect.PAGE_LOST : Effect.PAGE_TORN);
        }
        return sectors == ALL_SECTORS;
    }

    private void persist(int from, int length) {
        int end = Math.min(Math.min(from + length, durable.length), cached.length);
        if (end > from) {
            System.arraycopy(cached, from, durable, from, end - from);
        }
    }

    private void cleaned(int page) {
        if (clean != null) {
            int from = page * PAGE;
            System.arraycopy(cached, from, clean, from, Math.min(PAGE, cached.length - from));
        }
    }

    /** Pages of mapped ranges that changed since they were clean. */
    private void findChanges() {
        for (Range range : mapped) {
            for (int page = range.position / PAGE; page * PAGE < range.position + range.length; page++) {
                int from = page * PAGE;
                int to = Math.min(from + PAGE, size);
                if (from < to && !Arrays.equals(cached, from, to, clean, from, to)) {
                    dirty.set(page);
                }
            }
        }
    }

    private void ensure(int end) {
        if (end <= cached.length) {
            return;
        }
        if (!mapped.isEmpty()) {
            throw new IllegalStateException("size: " + end + " (expected: a mapped file keeps its " + size + " bytes)");
        }
        int grown = Math.max(end, (int) Math.min(2L * cached.length, Integer.MAX_VALUE - 8));
        cached = Arrays.copyOf(cached, grown);
        if (clean != null) {
            clean = Arrays.copyOf(clean, grown);
        }
    }

    private void growDurable(int to) {
        if (to > durable.length) {
            durable = Arrays.copyOf(durable, Math.max(to, cached.length));
        }
    }

    private record Range(int position, int length) {}
}
