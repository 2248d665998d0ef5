package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.frame.Frame;
import io.headrace.frame.FrameException;
import io.headrace.frame.FrameType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InputFramesTest {
    private final LogFixture fixture = new LogFixture(1);

    @ParameterizedTest
    @EnumSource
    void shouldReadTheInputThatWasWritten(InputKey.Kind kind) {
        InputKey key = new InputKey(kind, "file:größe:" + "x".repeat(400));
        Frame frame = InputFrames.input(fixture.builder, 7, key, 123);
        assertThat(frame.type()).isEqualTo(FrameType.INPUT);
        assertThat(frame.eventCount()).isZero();
        assertThat(InputFrames.decode(frame)).isEqualTo(new InputFrames.Input(7, key));
        frame.release();
    }

    @Test
    void shouldMarkWithoutPayload() {
        Frame frame = InputFrames.mark(fixture.builder, 123);
        assertThat(frame.type()).isEqualTo(FrameType.MARK);
        assertThat(frame.length()).isEqualTo(80);
        assertThat(frame.eventCount()).isZero();
        frame.release();
    }

    @Test
    void shouldRefuseWhatIsNoInput() {
        for (byte[] payload : new byte[][] {
            {},
            {1, 0, 0, 0, 1, 0},
            {0, 0, 0, 0, 1, 0, 0},
            {1, 0, 0, 0, 3, 0, 0},
            {1, 0, 0, 0, 1, 1, 0},
            {1, 0, 0, 0, 1, 0, 0, 9}
        }) {
            Frame frame = fixture.builder.buildControl(FrameType.INPUT, payload, 0);
            assertThatThrownBy(() -> InputFrames.decode(frame))
                    .isInstanceOf(FrameException.class)
                    .hasMessageContaining("INPUT frame: ");
            frame.release();
        }
    }

    @Test
    void shouldRefuseToNumberAnInputBelowOneOrNameItTooLong() {
        InputKey key = new InputKey(InputKey.Kind.WINDOW, "x".repeat(513));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InputFrames.input(fixture.builder, 1, key, 0))
                .withMessageContaining("513 bytes (expected: <= 512)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InputFrames.input(fixture.builder, 0, new InputKey(InputKey.Kind.WINDOW, "x"), 0))
                .withMessageContaining("number: 0 (expected: >= 1)");
    }
}
