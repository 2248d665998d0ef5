package io.headrace.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an ACK waits. */
class AckHoldTest {
    private static final long MIB = 1024 * 1024;
    private static final long GIB = 1024 * MIB;

    private final AckHold hold = new AckHold();

    /** Whatever the connections of its loop brought since its last ACK, it waits at most its longest time. */
    @ParameterizedTest
    @ValueSource(longs = {MIB, GIB, 16 * GIB, Long.MAX_VALUE / 2})
    void shouldWaitAfterTheAckBeforeWhenMuchCame(long ofAll) {
        long told = TimeUnit.SECONDS.toNanos(5);
        hold.start(told, 0);
        hold.came(told, true, 0);

        assertThat(hold.waits(told + 1, 1, MIB, ofAll, false)).isTrue();
        assertThat(hold.waits(told + TimeUnit.MILLISECONDS.toNanos(33), 1, MIB, ofAll, false))
                .isFalse();
    }
}
