package io.headrace.engine.channel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.wal.FileStorage;
import java.nio.file.Path;
import org.agrona.concurrent.NanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelFactoryTest {
    @TempDir
    private Path folder;

    /** As where there is no memory for its ring: the same process may open it with other settings afterwards. */
    @Test
    void shouldLeaveTheLogClosedWhenTheChannelCannotBeMade() throws Exception {
        ChannelSettings settings = ChannelSettings.file("c1", 100_000, folder.resolve("channel"));
        ChannelEnvironment real = Fixtures.environment("c1", new FileStorage(), Fixtures.threads());
        NanoClock clock = () -> {
            if (isMakingTheChannel()) {
                throw new OutOfMemoryError("no ring");
            }
            return real.nanoClock().nanoTime();
        };
        ChannelEnvironment failing = new ChannelEnvironment(
                real.storage(),
                clock,
                real.epochClock(),
                real.random(),
                real.metrics(),
                real.runner(),
                real.failureHandler());
        assertThatThrownBy(() -> ChannelFactory.open(settings, failing))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("no ring");
        ManagedChannel channel =
                ChannelFactory.open(settings, Fixtures.environment("c1", new FileStorage(), Fixtures.threads()));
        channel.close();
    }

    private static boolean isMakingTheChannel() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(DualChannel.class.getName())));
    }
}
