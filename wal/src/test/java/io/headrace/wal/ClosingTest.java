package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void shouldCloseTheRestAfterAnErrorOfTheMachine() {
        Error first = new OutOfMemoryError("no memory");
        Exception second = new IOException("no disk");

        assertThatThrownBy(() -> Closing.all(List.of(failing(first), failing(second), () -> closed.add("lock"))))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(closed).containsExactly("lock");
    }

    @Test
    void shouldThrowTheFirstFailureOfSeveral() {
        Exception first = new IllegalStateException("in use");
        Error second = new OutOfMemoryError("no memory");

        assertThatThrownBy(() -> Closing.all(List.of(failing(first), failing(second), () -> closed.add("lock"))))
                .isInstanceOf(IOException.class)
                .hasMessage("in use")
                .hasCause(first);
        assertThat(first).hasSuppressedException(second);
        assertThat(closed).containsExactly("lock");
    }

    private static AutoCloseable failing(Throwable failure) {
        return () -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        };
    }
}
