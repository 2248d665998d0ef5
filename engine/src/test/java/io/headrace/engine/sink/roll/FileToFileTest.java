package io.headrace.engine.sink.roll;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.headrace.engine.channel.ChannelSettings;
import io.headrace.wal.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random files with nasty content, tailed while they grow, through real channels into rolled files that must equal them
 * byte for byte, whatever is killed and whenever. One seeded thread drives all parts; the log is on a disk in memory.
 */
class FileToFileTest {
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int LARGEST_EVENT = 256 * 1024;

    @TempDir
    Path folder;

    private SimulatedDisk[] disks;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldDeliverEveryByteOnceWhateverIsKilled_R8(long seed) throws IOException {
        run(rig(seed, file(0)), seed, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void shouldDeliverEveryByteOnceIntoChannelsThatStandApart_R7(long seed) throws IOException {
        run(rig(seed, file(0), file(1)), seed, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void shouldDeliverEveryByteOnceWhenPartsAreRestartedInAnOpenChannel(long seed) throws IOException {
        FileToFileRig rig = rig(seed, file(0));
        rig.sinkSettings.put("sink.rollInterval", "2");
        run(rig, seed, false);
    }

    @Test
    void shouldCarryLineOfFiveMebibytesThroughMemory() throws IOException {
        FileToFileRig rig = rig(31, ChannelSettings.memory("c0", 1_000_000));
        byte[] line = new byte[5 * 1024 * 1024];
        new Random(31).nextBytes(line);
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '\n' ? 0 : line[i];
        }
        rig.append("a", "before\r\n".getBytes(ISO_8859_1));
        rig.append("a", line);
        rig.append("a", "\r\r\n\n\nafter".getBytes(ISO_8859_1));
        rig.append("empty", new byte[0]);
        rig.start();
        rig.settle();
        rig.stop();
        rig.checkOutputs("memory");
    }

    private FileToFileRig rig(long seed, ChannelSettings... channels) throws IOException {
        disks = new SimulatedDisk[channels.length];
        for (int i = 0; i < channels.length; i++) {
            disks[i] = new SimulatedDisk();
        }
        return new FileToFileRig(folder, seed, i -> disks[(int) i], channels);
    }

    private static ChannelSettings file(int index) {
        return ChannelSettings.file("c" + index, 1_000_000, Path.of("log"))
                .withSegments(SEGMENT_BYTES, LARGEST_EVENT)
                .withByteCapacity(256 * 1024);
    }

    private void run(FileToFileRig rig, long seed, boolean kills) throws IOException {
        Random random = new Random(seed * 31);
        rig.sourceSettings.put("maxLineBytes", "20000");
        rig.sourceSettings.put("frameBytes", "8192");
        rig.sourceSettings.put("batchSize", "50");
        rig.start();
        int restarts = 0;
        for (int step = 0; step < 400; step++) {
            FileToFileRig.Lane lane = rig.lanes.get(random.nextInt(rig.lanes.size()));
            switch (random.nextInt(kills ? 11 : 10)) {
                case 0, 1 -> rig.append("f" + random.nextInt(3), nasty(random));
                case 2, 3 -> rig.source.poll();
                case 4 -> lane.runOne();
                case 5 -> lane.run();
                case 6, 7 -> lane.deliver(1 + random.nextInt(100_000), true);
                case 8 -> rig.pass(random.nextInt(700));
                case 9 -> {
                    lane.sink.idle();
                    if (random.nextInt(6) == 0) {
                        restartPart(rig, lane, random);
                    }
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        killAll(rig, random);
                        restarts++;
                    }
                }
            }
        }
        rig.settle();
        String described = "seed " + seed + ", kills " + restarts;
        rig.checkLedgers(described);
        // Files are completed when a checkpoint covers them: here nobody makes one while the sink waits.
        rig.lanes.forEach(lane -> completeInOpenChannel(rig, lane));
        rig.checkOutputs(described);
        rig.dropEverything();
    }

    /** A component alone is dropped, as when it failed, and a new one begins in the channel as it is. */
    private static void restartPart(FileToFileRig rig, FileToFileRig.Lane lane, Random random) throws IOException {
        if (random.nextBoolean()) {
            rig.startSource();
        } else {
            lane.startSink();
            rig.checkpoint(lane);
        }
    }

    private void killAll(FileToFileRig rig, Random random) throws IOException {
        for (FileToFileRig.Lane lane : rig.lanes) {
            if (random.nextInt(3) == 0) {
                lane.deliver(1 + random.nextInt(100_000), false);
            }
        }
        for (SimulatedDisk disk : disks) {
            disk.kill();
        }
        rig.dropEverything();
        for (SimulatedDisk disk : disks) {
            disk.revive();
        }
        rig.pass(random.nextInt(2_000));
        rig.start();
    }

    private static void completeInOpenChannel(FileToFileRig rig, FileToFileRig.Lane lane) {
        Thread.currentThread().interrupt();
        lane.sink.stop();
        Thread.interrupted();
        rig.checkpoint(lane);
        try {
            lane.startSink();
            rig.checkpoint(lane);
            lane.sink.idle();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] nasty(Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int pieces = 1 + random.nextInt(40);
        for (int i = 0; i < pieces; i++) {
            switch (random.nextInt(9)) {
                case 0 -> bytes.writeBytes("\n".getBytes(ISO_8859_1));
                case 1 -> bytes.writeBytes("\r\n".getBytes(ISO_8859_1));
                case 2 -> bytes.writeBytes("\r\r\n".getBytes(ISO_8859_1));
                case 3 -> bytes.writeBytes("cr\rinside\0nul\n".getBytes(ISO_8859_1));
                case 4 -> bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xc3, (byte) 0x28, '\n'});
                case 5 -> bytes.writeBytes("unfinished".getBytes(ISO_8859_1));
                case 6 -> {
                    byte[] noise = new byte[random.nextInt(random.nextInt(12) == 0 ? 60_000 : 300)];
                    random.nextBytes(noise);
                    bytes.writeBytes(noise);
                }
                default -> bytes.writeBytes(("line " + random.nextLong() + "\n").getBytes(ISO_8859_1));
            }
        }
        return bytes.toByteArray();
    }
}
