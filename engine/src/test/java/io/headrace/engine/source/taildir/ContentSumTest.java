package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ContentSumTest {
    @Test
    void shouldEqualTheChecksumOfAllBytesHoweverTheyWereCut() {
        Random random = new Random(7);
        byte[] content = new byte[300_000];
        random.nextBytes(content);
        for (int round = 0; round < 200; round++) {
            ContentSum sum = ContentSum.EMPTY;
            int end = random.nextInt(content.length);
            for (int at = 0; at < end; ) {
                int length = Math.min(end - at, 1 + random.nextInt(1 << random.nextInt(18)));
                sum = sum.then(crc(content, at, length), length);
                at += length;
            }
            assertThat(sum).isEqualTo(new ContentSum(end, crc(content, 0, end)));
        }
    }

    @Test
    void shouldNotChangeWithNothing() {
        ContentSum sum = ContentSum.EMPTY.then(crc(new byte[] {1, 2, 3}, 0, 3), 3);
        assertThat(sum.then(0, 0)).isEqualTo(sum);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
