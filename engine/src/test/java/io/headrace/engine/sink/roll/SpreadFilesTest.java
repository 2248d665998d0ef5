package io.headrace.engine.sink.roll;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.TestContext;
import io.headrace.engine.channel.Channel;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRegistry;
import io.headrace.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that grow by lines and by parts of lines, spread over two channels that are killed together but stand apart, since
 * each syncs when it likes: every byte is in one of the outputs, and in one only. One seeded thread drives all parts.
 */
class SpreadFilesTest {
    /** An event as it is written here: where it began in its file, and its body. */
    private static final Pattern EVENT = Pattern.compile("\\{[^}]*byteoffset=(\\d+)[^}]*\\} ([^{]*)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "round_robin,1",
        "round_robin,2",
        "round_robin,3",
        "round_robin,4",
        "round_robin,5",
        "round_robin,6",
        "random,7",
        "random,8",
        "random,9"
    })
    void shouldHaveEachByteInOneChannelWhateverIsKilled(String policy, long seed) throws IOException {
        SimulatedDisk[] disks = {new SimulatedDisk(), new SimulatedDisk()};
        FileToFileRig rig = new FileToFileRig(folder, seed, i -> disks[(int) i], file(0), file(1));
        rig.selector = channels -> ComponentRegistry.load()
                .get(ComponentProvider.OfSelector.class, "load_balancing")
                .create(new TestContext(Map.of("policy", policy, "turnBytes", "12"), channels.toArray(Channel[]::new)));
        rig.sourceSettings.put("byteOffsetHeader", "true");
        rig.sourceSettings.put("idleTimeout", "50");
        rig.sourceSettings.put("maxBackoffSleep", "20");
        rig.sinkSettings.put("sink.serializer", "header_and_text");
        Random random = new Random(seed);
        rig.start();
        int kills = 0;
        for (int step = 0; step < 600; step++) {
            FileToFileRig.Lane lane = rig.lanes.get(random.nextInt(2));
            switch (random.nextInt(10)) {
                case 0, 1 -> rig.append("f" + random.nextInt(2), piece(random));
                case 2, 3, 4 -> rig.source.poll();
                case 5 -> lane.runOne();
                case 6 -> lane.run();
                case 7 -> lane.deliver(1 + random.nextInt(10_000), true);
                case 8 -> rig.pass(random.nextInt(100));
                default -> {
                    if (random.nextInt(4) == 0) {
                        kill(rig, disks);
                        kills++;
                    }
                }
            }
        }
        rig.settle();
        String described = "seed " + seed + ", kills " + kills;
        rig.checkLedgers(described);
        for (String name : new String[] {"f0", "f1"}) {
            check(rig, folder.resolve("in").resolve(name), described);
        }
        rig.dropEverything();
    }

    private static void kill(FileToFileRig rig, SimulatedDisk... disks) throws IOException {
        for (SimulatedDisk disk : disks) {
            disk.kill();
        }
        rig.dropEverything();
        for (SimulatedDisk disk : disks) {
            disk.revive();
        }
        rig.start();
    }

    private void check(FileToFileRig rig, Path input, String described) throws IOException {
        if (!Files.exists(input)) {
            return;
        }
        byte[] expected = Files.readAllBytes(input);
        byte[] found = new byte[expected.length];
        int[] eventsOf = new int[2];
        for (int out = 0; out < 2; out++) {
            String text = new String(rig.unfinishedOutput(folder.resolve("out" + out), input), ISO_8859_1);
            int last = -1;
            Matcher event = EVENT.matcher(text);
            while (event.find()) {
                eventsOf[out]++;
                int offset = Integer.parseInt(event.group(1));
                assertThat(offset).as("%s: order in out%d", described, out).isGreaterThan(last);
                last = offset;
                for (byte b : event.group(2).getBytes(ISO_8859_1)) {
                    assertThat(found[offset])
                            .as("%s: twice: %d of %s", described, offset, input)
                            .isZero();
                    found[offset++] = b;
                }
            }
        }
        int mismatch = Arrays.mismatch(found, expected);
        assertThat(mismatch)
                .as("%s: %s: wrong or missing at %d of %d", described, input, mismatch, expected.length)
                .isEqualTo(-1);
        assertThat(eventsOf[0]).as(described).isPositive();
        assertThat(eventsOf[1]).as(described).isPositive();
    }

    private static byte[] piece(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append("line ".repeat(random.nextInt(4))).append(random.nextInt(3) > 0 ? "\n" : "part");
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static ChannelSettings file(int index) {
        return ChannelSettings.file("c" + index, 1_000_000, Path.of("log"))
                .withSegments(1 << 20, 256 * 1024)
                .withByteCapacity(256 * 1024);
    }
}
