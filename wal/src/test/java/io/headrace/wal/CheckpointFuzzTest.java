package io.headrace.wal;

import com.sun.management.ThreadMXBean;
import io.headrace.testing.FuzzRun;
import io.headrace.testing.Mutants;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Changed checkpoints and member files; by the million with {@code -Dfuzz.cases=1000000}. */
class CheckpointFuzzTest {
    private static final int CASES = 50_000;
    private static final int UNMEASURED = 1_000;
    private static final Path FOLDER = Path.of("log");

    @Test
    void shouldDecodeOrRefuseWhatIsInASlot_R19() throws InterruptedException {
        FuzzRun.run("wal", CheckpointFuzzTest.class, CASES, () -> new Measured(new Slots()));
    }

    @Test
    void shouldReadOrRefuseWhatIsInAMemberFile_R19() throws InterruptedException {
        FuzzRun.run("wal", CheckpointFuzzTest.class, CASES, () -> new Measured(new Members()));
    }

    /** Reads bytes that were golden. Returns what it may take of memory, in bytes. */
    private interface Reading {
        long read(Random random) throws IOException;
    }

    private record Measured(Reading reading, int[] cases) implements LongConsumer {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        Measured(Reading reading) {
            this(reading, new int[1]);
        }

        @Override
        public void accept(long seed) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            try {
                long most = reading.read(new Random(seed));
                long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
                check(++cases[0] <= UNMEASURED || taken < most, "took " + taken + " bytes (expected: < " + most + ")");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A slot as it stands on the disk; two in three have right checksums, so that the codec gets what lies. */
    private static final class Slots implements Reading {
        /** Two numbers, in arrays that grow by doubling. */
        private static final long BYTES_OF_PAIR = 64;

        private final byte[][] golden = {
            slot(CheckpointCodecTest.full()),
            slot(CheckpointCodecTest.random(new Random(1))),
            slot(CheckpointCodecTest.random(new Random(2)))
        };

        private static byte[] slot(Checkpoint checkpoint) {
            ByteBuffer slot = CheckpointSlot.encode(checkpoint, new CheckpointCodec());
            return Arrays.copyOf(slot.array(), slot.limit());
        }

        @Override
        public long read(Random random) throws IOException {
            byte[] before = golden[random.nextInt(golden.length)];
            byte[] body = Arrays.copyOfRange(before, CheckpointSlot.HEADER_LENGTH, before.length);
            boolean lies = random.nextInt(3) > 0;
            byte[] slot;
            if (lies) {
                body = Mutants.of(body, random);
                slot = Arrays.copyOf(before, CheckpointSlot.HEADER_LENGTH + body.length);
                System.arraycopy(body, 0, slot, CheckpointSlot.HEADER_LENGTH, body.length);
                ByteBuffer bytes = ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putInt(12, body.length);
                bytes.putInt(24, crc(slot, CheckpointSlot.HEADER_LENGTH, slot.length));
                bytes.putInt(28, crc(slot, 0, 28));
            } else {
                slot = Mutants.of(before, random);
            }
            FuzzDisk disk = new FuzzDisk();
            disk.content(FOLDER.resolve("checkpoint-a"), slot);
            disk.limitReading(10L * slot.length + 4096);
            boolean same =
                    slot.length >= before.length && Arrays.equals(slot, 0, before.length, before, 0, before.length);
            // A few bytes may stand for as many pairs as the format allows, taken before a later lie shows.
            long pairs = lies ? OriginPairs.MAX_LIMIT : 0;
            try {
                Checkpoint checkpoint = CheckpointStore.read(disk, FOLDER);
                pairs = checkpoint == null ? 0 : checkpoint.state().origins().size();
                check(lies || same || checkpoint == null, "a slot is believed although its checksum denies it");
            } catch (LogDamagedException | LogVersionException e) {
                check(!same || before != golden[0], "refused as it was written: " + e.getMessage());
                check(e.getMessage().contains("expected"), e.getMessage());
            }
            // A run of 2 bytes may ask for a bitmap of 8 KiB, grown by doubling.
            return 256 * 1024 + slot.length * 4096L + pairs * BYTES_OF_PAIR;
        }
    }

    /** Half of them with a right checksum. */
    private static final class Members implements Reading {
        private final byte[] golden;

        private Members() {
            try {
                FuzzDisk disk = new FuzzDisk();
                new MemberFile(
                                new StreamId(1, 2),
                                3,
                                1,
                                java.util.List.of(
                                        new MemberFile.Place(0, true, "/disk1/c1"),
                                        new MemberFile.Place(1, true, "/disk2/c1"),
                                        new MemberFile.Place(2, false, "/disk3/c1")))
                        .write(disk, FOLDER);
                golden = disk.content(FOLDER.resolve(MemberFile.NAME));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public long read(Random random) throws IOException {
            boolean lies = random.nextBoolean();
            byte[] file;
            if (lies) {
                // All but the last line, "crc " and eight digits.
                byte[] text = Mutants.of(Arrays.copyOf(golden, golden.length - 13), random);
                byte[] line = "crc %08x%n"
                        .formatted(crc(text, 0, text.length))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                file = Arrays.copyOf(text, text.length + line.length);
                System.arraycopy(line, 0, file, text.length, line.length);
            } else {
                file = Mutants.of(golden, random);
            }
            FuzzDisk disk = new FuzzDisk();
            disk.content(FOLDER.resolve(MemberFile.NAME), file);
            try {
                MemberFile member = MemberFile.read(disk, FOLDER);
                check(
                        lies || member == null || new String(file).strip().equals(new String(golden).strip()),
                        "believed although its checksum denies it");
                check(member == null || member.streamId() != null && member.number() >= 0, "half a file: " + member);
            } catch (LogVersionException e) {
                check(e.getMessage().contains("expected"), e.getMessage());
            }
            return 256 * 1024 + 100L * file.length;
        }
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
