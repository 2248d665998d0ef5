package io.headrace.wal;

import io.headrace.frame.FrameLayout;
import io.headrace.frame.HopHeader;
import io.headrace.testing.Mutants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Damages a log. Honest damage is what disks and people do; a lie has right checksums, so that what is behind them is
 * reached: nobody can tell it, but it must do no harm.
 */
final class LogMutation {
    private static final int SECTOR = 512;

    /** Bytes of the last line of a member file: "crc ", eight digits and the end. */
    private static final int MEMBER_CRC = 13;

    private static final int[] EXTREMES = {
        0,
        1,
        -1,
        15,
        16,
        79,
        80,
        81,
        96,
        4096,
        6 * 1024,
        6 * 1024 + 1,
        16 * 1024,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE - 15,
        Integer.MIN_VALUE
    };
    private static final long[] FAR = {
        0,
        1,
        -1,
        2,
        7,
        4096,
        65_536,
        1L << 32,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE - 65_536,
        Long.MIN_VALUE
    };

    private final FuzzDisk disk;
    private final FuzzLogs.Golden log;
    private final FuzzLogs.Golden other;
    private final Random random;
    private final StringBuilder what = new StringBuilder();
    private boolean lies;

    LogMutation(FuzzDisk disk, FuzzLogs.Golden log, FuzzLogs.Golden other, Random random) {
        this.disk = disk;
        this.log = log;
        this.other = other;
        this.random = random;
    }

    /** What was done. */
    String what() {
        return what.toString();
    }

    /** Whether something was given a right checksum, or stands whole at another place. */
    boolean lies() {
        return lies;
    }

    void mutate() {
        if (disk.paths().isEmpty()) {
            return;
        }
        int kinds = log.hasSeveralFolders() ? 22 : 18;
        switch (random.nextInt(kinds)) {
            case 0, 1 -> flipBit(anyFile());
            case 2 -> setBytes(anyFile());
            case 3 -> hopField(false);
            case 4 -> hopField(true);
            case 5 -> originField();
            case 6 -> truncate(anyFile());
            case 7 -> zeroSectors(segmentFile());
            case 8 -> copySectors(true);
            case 9 -> copySectors(false);
            case 10 -> splice();
            case 11 -> header(random.nextBoolean());
            case 12 -> link(random.nextBoolean());
            case 13 -> checkpoint();
            case 14 -> slots();
            case 15 -> identity();
            case 16 -> removeOrSwap();
            case 18, 19 -> member();
            case 20 -> removeFolder();
            default -> frameBit();
        }
    }

    private Path anyFile() {
        List<Path> files = new ArrayList<>(disk.paths());
        return files.get(random.nextInt(files.size()));
    }

    private Path segmentFile() {
        List<Path> files = disk.paths().stream()
                .filter(path -> Segment.indexOf(path.getFileName().toString()) >= 0)
                .toList();
        return files.isEmpty() ? anyFile() : files.get(random.nextInt(files.size()));
    }

    /** A frame whose file is still there and long enough; null when there is none. */
    private FuzzLogs.Place frame() {
        if (log.places().isEmpty()) {
            return null;
        }
        FuzzLogs.Place place = log.places().get(random.nextInt(log.places().size()));
        byte[] content = disk.content(place.file());
        return content == null || content.length < place.offset() + place.length() ? null : place;
    }

    private void note(String text) {
        what.append(what.isEmpty() ? "" : "; ").append(text);
    }

    private void flipBit(Path file) {
        byte[] content = disk.content(file);
        if (content.length > 0) {
            int at = random.nextInt(random.nextInt(4) == 0 ? Math.min(content.length, 560) : content.length);
            content[at] ^= (byte) (1 << random.nextInt(8));
            disk.content(file, content);
            note("bit flipped at " + at + " of " + file);
        }
    }

    private void frameBit() {
        FuzzLogs.Place frame = frame();
        if (frame != null) {
            byte[] content = disk.content(frame.file());
            int at = frame.offset() + random.nextInt(random.nextBoolean() ? FrameLayout.HEADER_LENGTH : frame.length());
            content[at] ^= (byte) (1 << random.nextInt(8));
            disk.content(frame.file(), content);
            note("bit flipped at " + at + " of " + frame.file() + ", in frame " + frame.sequence());
        }
    }

    private void setBytes(Path file) {
        byte[] content = disk.content(file);
        if (content.length > 0) {
            int at = random.nextInt(content.length);
            int to = Math.min(content.length, at + 1 + random.nextInt(64));
            boolean noise = random.nextBoolean();
            for (int i = at; i < to; i++) {
                content[i] = noise ? (byte) random.nextInt() : -1;
            }
            disk.content(file, content);
            note("bytes set from " + at + " to " + to + " of " + file);
        }
    }

    private void truncate(Path file) {
        byte[] content = disk.content(file);
        int length =
                random.nextInt(4) == 0 ? content.length + random.nextInt(5000) : random.nextInt(content.length + 1);
        disk.content(file, Arrays.copyOf(content, length));
        note(file + " made " + length + " bytes long");
    }

    private void zeroSectors(Path file) {
        byte[] content = disk.content(file);
        int first = random.nextInt(content.length / SECTOR + 1);
        int to = Math.min(content.length, (first + 1 + random.nextInt(4)) * SECTOR);
        Arrays.fill(content, Math.min(to, first * SECTOR), to, (byte) 0);
        disk.content(file, content);
        note("zeros from " + first * SECTOR + " to " + to + " of " + file);
    }

    /** A write that went to the wrong place. */
    private void copySectors(boolean swap) {
        Path from = segmentFile();
        Path to = random.nextInt(3) == 0 ? segmentFile() : from;
        byte[] source = disk.content(from);
        byte[] target = from.equals(to) ? source : disk.content(to);
        if (source.length < SECTOR || target.length < SECTOR) {
            return;
        }
        int sourceAt = random.nextInt(source.length / SECTOR) * SECTOR;
        int targetAt = random.nextInt(target.length / SECTOR) * SECTOR;
        byte[] moved = Arrays.copyOfRange(source, sourceAt, sourceAt + SECTOR);
        if (swap) {
            System.arraycopy(target, targetAt, source, sourceAt, SECTOR);
            disk.content(from, source);
        }
        System.arraycopy(moved, 0, target, targetAt, SECTOR);
        disk.content(to, target);
        note("sector at " + sourceAt + " of " + from + (swap ? " swapped with that" : " copied to that") + " at "
                + targetAt + " of " + to);
        lies |= movesWholeFrame(moved, targetAt) || targetAt < SegmentHeader.LENGTH || sourceAt < SegmentHeader.LENGTH;
    }

    /** Nothing tells a whole frame of the same life that stands elsewhere from one that belongs there. */
    private static boolean movesWholeFrame(byte[] sector, int targetAt) {
        ByteBuffer bytes = ByteBuffer.wrap(sector).order(ByteOrder.LITTLE_ENDIAN);
        HopHeader hop = new HopHeader();
        for (int at = 0; at + FrameLayout.HOP_LENGTH <= sector.length; at += FrameLayout.ALIGNMENT) {
            if (hop.read(bytes, at) && hop.tag() != 0) {
                return true;
            }
        }
        return false;
    }

    /** A frame of another life or log over one of this. */
    private void splice() {
        FuzzLogs.Place target = frame();
        if (target == null || other.places().isEmpty()) {
            return;
        }
        FuzzLogs.Place from = other.places().get(random.nextInt(other.places().size()));
        byte[] source = other.disk().content(from.file());
        byte[] content = disk.content(target.file());
        int length = Math.min(from.length(), content.length - target.offset());
        System.arraycopy(source, from.offset(), content, target.offset(), length);
        disk.content(target.file(), content);
        note("frame " + from.sequence() + " of " + other.name() + " over " + target.sequence() + " at "
                + target.offset() + " of " + target.file());
        // The same life of the same segment: a forked log would be one.
        lies |= other == log;
    }

    private void hopField(boolean checksum) {
        FuzzLogs.Place frame = frame();
        if (frame == null) {
            return;
        }
        byte[] content = disk.content(frame.file());
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        String field =
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        bytes.putInt(frame.offset(), extreme());
                        yield "length";
                    }
                    case 2 -> {
                        bytes.putLong(frame.offset() + 8, far());
                        yield "sequence";
                    }
                    case 3 -> {
                        bytes.putLong(frame.offset() + 16, far());
                        yield "durable";
                    }
                    case 4 -> {
                        bytes.putLong(frame.offset() + 24, far());
                        yield "position";
                    }
                    default -> {
                        bytes.putInt(frame.offset() + 32, random.nextBoolean() ? random.nextInt(4) : extreme());
                        yield "input";
                    }
                };
        if (checksum) {
            bytes.putInt(frame.offset() + 36, crc(content, frame.offset(), frame.offset() + 36));
            lies = true;
        }
        disk.content(frame.file(), content);
        note(field + " of frame " + frame.sequence() + " at " + frame.offset() + " of " + frame.file()
                + (checksum ? ", with checksum" : ""));
    }

    private void originField() {
        FuzzLogs.Place frame = frame();
        if (frame == null) {
            return;
        }
        byte[] content = disk.content(frame.file());
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.getInt(frame.offset());
        if (length < FrameLayout.HEADER_LENGTH || length > frame.length()) {
            return;
        }
        int at = frame.offset() + 44 + random.nextInt(random.nextBoolean() ? 36 : length - 44);
        if (random.nextBoolean() && at + 4 <= frame.offset() + length) {
            bytes.putInt(at, extreme());
        } else {
            bytes.put(at, (byte) random.nextInt(6));
        }
        bytes.putInt(frame.offset() + 40, crc(content, frame.offset() + 44, frame.offset() + length));
        disk.content(frame.file(), content);
        lies = true;
        note("byte " + (at - frame.offset()) + " of frame " + frame.sequence() + " in " + frame.file()
                + ", with checksum");
    }

    private void header(boolean checksum) {
        Path file = segmentFile();
        byte[] content = disk.content(file);
        if (content.length < SegmentHeader.LENGTH) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(16) * 4;
        bytes.putInt(at, random.nextBoolean() ? extreme() : bytes.getInt(at) + random.nextInt(5) - 2);
        if (checksum) {
            bytes.putInt(60, crc(content, 0, 60));
            lies = true;
        }
        disk.content(file, content);
        note("header byte " + at + " of " + file + (checksum ? ", with checksum" : ""));
    }

    private void link(boolean checksum) {
        Path file = segmentFile();
        byte[] content = disk.content(file);
        if (content.length < SegmentHeader.LENGTH) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int at = 512 + random.nextInt(4) * 8;
        bytes.putLong(at, random.nextBoolean() ? far() : bytes.getLong(at) + random.nextInt(5) - 2);
        if (checksum) {
            bytes.putInt(548, crc(content, 512, 548));
            lies = true;
        }
        disk.content(file, content);
        note("link byte " + at + " of " + file + (checksum ? ", with checksum" : ""));
    }

    private void checkpoint() {
        Path file = log.checkpoints().resolve(random.nextBoolean() ? "checkpoint-a" : "checkpoint-b");
        byte[] content = disk.content(file);
        if (content == null || content.length < CheckpointSlot.HEADER_LENGTH) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.getInt(12);
        boolean checksum = random.nextInt(3) > 0;
        if (length < 49 || length > content.length - CheckpointSlot.HEADER_LENGTH) {
            return;
        }
        int at =
                switch (random.nextInt(4)) {
                    case 0 -> 8 * random.nextInt(4);
                    case 1 -> CheckpointSlot.HEADER_LENGTH + 8 * random.nextInt(6);
                    default -> CheckpointSlot.HEADER_LENGTH + random.nextInt(length);
                };
        if (random.nextBoolean() && at + 8 <= CheckpointSlot.HEADER_LENGTH + length) {
            bytes.putLong(at, random.nextBoolean() ? far() : bytes.getLong(at) + random.nextInt(5) - 2);
        } else {
            content[at] = (byte) random.nextInt();
        }
        if (checksum) {
            int now = Math.max(0, Math.min(bytes.getInt(12), content.length - CheckpointSlot.HEADER_LENGTH));
            bytes.putInt(24, crc(content, CheckpointSlot.HEADER_LENGTH, CheckpointSlot.HEADER_LENGTH + now));
            bytes.putInt(28, crc(content, 0, 28));
            lies = true;
        }
        disk.content(file, content);
        note("byte " + at + " of " + file + (checksum ? ", with checksum" : ""));
    }

    private void slots() {
        Path a = log.checkpoints().resolve("checkpoint-a");
        Path b = log.checkpoints().resolve("checkpoint-b");
        int kind = random.nextInt(4);
        Path one = random.nextBoolean() ? a : b;
        Path two = one.equals(a) ? b : a;
        byte[] other = disk.content(two);
        switch (kind) {
            case 0 -> {
                disk.remove(one);
                note(one + " removed");
            }
            case 1 -> {
                disk.remove(one);
                disk.remove(two);
                note("both slots removed");
            }
            case 2 -> {
                if (other != null) {
                    disk.content(one, other);
                    note(two + " copied over " + one);
                    // What was newest is gone without a trace.
                    lies = true;
                }
            }
            default -> {
                flipBit(disk.exists(a) ? a : anyFile());
                flipBit(disk.exists(b) ? b : anyFile());
            }
        }
    }

    private void identity() {
        Path file = FuzzLogs.FOLDER.resolve("identity");
        byte[] content = disk.content(file);
        if (content == null || content.length < 40 || random.nextInt(4) == 0) {
            disk.remove(file);
            note(file + " removed");
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        boolean checksum = random.nextBoolean();
        if (random.nextBoolean()) {
            bytes.putShort(32 + random.nextInt(content.length - 36), (short) extreme());
        } else {
            content[random.nextInt(content.length)] = (byte) random.nextInt();
        }
        if (checksum) {
            bytes.putInt(content.length - 4, crc(content, 0, content.length - 4));
            lies = true;
        }
        disk.content(file, content);
        note(file + " changed" + (checksum ? ", with checksum" : ""));
    }

    private void removeOrSwap() {
        Path file = segmentFile();
        if (random.nextInt(3) > 0) {
            disk.remove(file);
            note(file + " removed");
        } else {
            Path second = segmentFile();
            byte[] content = disk.content(file);
            disk.content(file, disk.content(second));
            disk.content(second, content);
            note(file + " and " + second + " swapped");
        }
    }

    /** The file that says which folders there are. */
    private void member() {
        List<Path> files = disk.paths().stream()
                .filter(path -> path.endsWith(MemberFile.NAME))
                .toList();
        if (files.isEmpty()) {
            return;
        }
        Path file = files.get(random.nextInt(files.size()));
        switch (random.nextInt(4)) {
            case 0 -> {
                disk.remove(file);
                note(file + " removed");
            }
            case 1 -> {
                Path from = files.get(random.nextInt(files.size()));
                disk.content(file, disk.content(from));
                note(from + " copied over " + file);
            }
            case 2 -> {
                disk.content(file, Mutants.of(disk.content(file), random));
                note(file + " changed");
            }
            default -> {
                byte[] before = disk.content(file);
                byte[] text = Mutants.of(Arrays.copyOf(before, Math.max(1, before.length - MEMBER_CRC)), random);
                byte[] line = "crc %08x\n".formatted(crc(text, 0, text.length)).getBytes(StandardCharsets.UTF_8);
                byte[] lying = Arrays.copyOf(text, text.length + line.length);
                System.arraycopy(line, 0, lying, text.length, line.length);
                disk.content(file, lying);
                lies = true;
                note(file + " changed, with checksum");
            }
        }
    }

    /** A disk that is not mounted. */
    private void removeFolder() {
        Path folder = anyFile().getParent();
        List<Path> files = disk.paths().stream()
                .filter(path -> folder.equals(path.getParent()))
                .toList();
        files.forEach(disk::remove);
        note(folder + " emptied");
    }

    private int extreme() {
        return EXTREMES[random.nextInt(EXTREMES.length)];
    }

    private long far() {
        return FAR[random.nextInt(FAR.length)];
    }

    private static int crc(byte[] content, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(content, from, to - from);
        return (int) crc.getValue();
    }
}
