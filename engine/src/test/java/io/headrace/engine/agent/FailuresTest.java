package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.wal.DiskFullException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void shouldSayWhatAndWhereInOneLine() {
        assertThat(Failures.describe(new NoSuchFileException("/a"))).isEqualTo("/a: no such file or folder");
        assertThat(Failures.describe(new AccessDeniedException("/a"))).isEqualTo("/a: permission denied");
        assertThat(Failures.describe(new FileAlreadyExistsException("/a")))
                .isEqualTo("/a: is there already (expected: a folder or nothing)");
        assertThat(Failures.describe(new FileSystemException("/a", null, "Read-only file system")))
                .isEqualTo("/a: Read-only file system");
        assertThat(Failures.describe(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(Failures.describe(new OutOfMemoryError("Java heap space")))
                .isEqualTo("OutOfMemoryError: Java heap space");
    }

    @Test
    void shouldAddCausesThatSayMore() {
        IOException cause = new AccessDeniedException("/a");
        assertThat(Failures.describe(new IOException("cannot roll", cause)))
                .isEqualTo("cannot roll; caused by /a: permission denied");
        assertThat(Failures.describe(new IOException("preparing failed: no room", new IOException("no room"))))
                .isEqualTo("preparing failed: no room");
    }

    @Test
    void shouldTellWhatMayPassFromADeviceThatFails() {
        assertThat(Failures.mayPass(new AccessDeniedException("/a"))).isTrue();
        assertThat(Failures.mayPass(new FileSystemException("/a", null, "locked by pid 1")))
                .isTrue();
        assertThat(Failures.mayPass(new DiskFullException("/a: No space left on device", null)))
                .isTrue();
        assertThat(Failures.mayPass(new IOException("Input/output error"))).isFalse();
        assertThat(Failures.mayPass(new FileSystemException("/a", null, "Input/output error")))
                .isFalse();
    }

    @Test
    void shouldKnowErrorsOfTheMachine() {
        assertThat(Failures.isOfMachine(new OutOfMemoryError())).isTrue();
        assertThat(Failures.isOfMachine(new InternalError())).isTrue();
        assertThat(Failures.isOfMachine(new StackOverflowError())).isFalse();
        assertThat(Failures.isOfMachine(new NoClassDefFoundError())).isFalse();
    }
}
