package io.headrace.engine.sink.roll;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes of all sizes, so that some go around the page cache and some don't, where the file system lets them. */
class LargeWritesTest {
    private static final int FRAMES = 120;
    private static final int[] SIZES = {1, 100, 4_095, 4_096, 4_097, 90_000, DirectWrites.LEAST_BYTES, 1_500_000};

    @TempDir
    Path folder;

    @Test
    void shouldHoldEveryByteInOrderWhateverIsWrittenHow() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            verify(new Random(seed), new RollRig(folder.resolve("seed-" + seed)));
        }
    }

    @Test
    void shouldUseThePageCacheWhereNobodyKnowsTheFileSystem() throws Exception {
        assertThat(new DirectWrites(folder.resolve("nowhere")).takes(1 << 20)).isFalse();
    }

    private void verify(Random random, RollRig rig) throws Exception {
        TestChannel own = new TestChannel(true);
        rig.with("sink.partitionHeader", "p");
        StringBuilder[] expected = {new StringBuilder(), new StringBuilder()};
        for (int i = 0; i < FRAMES; i++) {
            int partition = random.nextInt(3) / 2;
            int bytes = 1 + random.nextInt(SIZES[random.nextInt(SIZES.length)]);
            String body = Character.toString('a' + i % 26).repeat(bytes);
            own.add(Map.of("p", Integer.toString(partition)), body);
            expected[partition].append(body);
        }
        FileRollSink sink = rig.start(own);
        while (own.left() > 0) {
            int leases = 1 + random.nextInt(Math.min(own.left(), 6));
            own.deliverGroup(sink, leases, random.nextInt(leases + 1));
            own.checkpoint();
            if (random.nextInt(8) == 0) {
                own.crash();
                sink = rig.start(own);
            }
        }
        sink.stop();
        own.close();
        for (int partition = 0; partition < expected.length; partition++) {
            assertThat(new String(rig.bytesOf(partition + "-"), StandardCharsets.UTF_8)
                            .equals(expected[partition].toString()))
                    .as("partition %d", partition)
                    .isTrue();
        }
    }
}
