package io.headrace.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DerivedProducerTest {
    /** Collectors of different versions must agree: these values never change. */
    @Test
    void shouldGiveTheGoldenValues() {
        assertThat(DerivedProducer.idOf(0, "", 0, 0)).isEqualTo(0x2130_748A_AAC8_0268L);
        assertThat(DerivedProducer.idOf(1, "timestamp", 0, 0)).isEqualTo(0xE8D4_07C2_06DF_031FL);
        assertThat(DerivedProducer.idOf(0x0123_4567_89AB_CDEFL, "regex_filter", 2, 0))
                .isEqualTo(0xD18A_DC0E_52DF_65D0L);
        assertThat(DerivedProducer.idOf(-1, "io.headrace.Größe", 1, 3)).isEqualTo(0x623B_4728_D716_0180L);
    }

    @Test
    void shouldDifferWhereverAnythingDiffers() {
        Random random = new Random(5);
        Set<Long> ids = new HashSet<>();
        int made = 0;
        for (int producer = 0; producer < 200; producer++) {
            long id = producer < 100 ? producer : random.nextLong();
            for (String type : new String[] {"", "a", "a\0", "timestamp", "timestamp2", "multiplexing"}) {
                for (int place = 0; place < 8; place++) {
                    for (int branch = 0; branch < 8; branch++) {
                        ids.add(DerivedProducer.idOf(id, type, place, branch));
                        made++;
                    }
                }
            }
        }
        assertThat(ids.size()).isEqualTo(made);
    }
}
