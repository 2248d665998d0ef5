package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    @TempDir
    private Path temporary;

    @Nested
    class Files extends StorageContract {
        @Override
        Storage create() {
            return new FileStorage();
        }

        @Override
        Path root() {
            return temporary;
        }
    }

    @Nested
    class Simulated extends StorageContract {
        @Override
        Storage create() {
            return new SimulatedDisk();
        }

        @Override
        Path root() {
            return Path.of("memory");
        }
    }

    /** Run as a process of its own: locks a folder, says so, and waits to be told to end. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            try (Storage.FolderLock lock = new FileStorage().lock(Path.of(arguments[0]))) {
                System.out.println("locked " + lock);
                System.in.read();
            }
        }
    }

    @Test
    void shouldNameTheProcessThatHoldsAFolder() throws Exception {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        temporary.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).startsWith("locked");
            assertThatIOException()
                    .isThrownBy(() -> new FileStorage().lock(temporary))
                    .withMessageContaining("pid " + holder.pid());
            holder.getOutputStream().close();
            assertThat(holder.waitFor()).isZero();
            new FileStorage().lock(temporary).close();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void shouldKeepWhatWasWrittenAndFailEveryHandleWhenKilled() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        Path folder = Path.of("folder");
        storage.createFolders(folder);
        storage.lock(folder);
        StorageFile before = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE);
        before.write(StorageContract.bytes("kept"), 0);
        storage.kill();
        assertThatThrownBy(() -> before.write(StorageContract.bytes("not"), 0)).hasMessage("killed");
        assertThatThrownBy(() -> storage.list(folder)).hasMessage("killed");
        storage.revive();
        assertThatThrownBy(before::sync).hasMessage("killed");
        storage.lock(folder).close();
        ByteBuffer found = ByteBuffer.allocate(9);
        try (StorageFile after = storage.open(folder.resolve("a"), Storage.OpenMode.READ)) {
            after.read(found, 0);
        }
        assertThat(new String(found.array(), 0, found.position(), StandardCharsets.UTF_8))
                .isEqualTo("kept");
    }

    @Test
    void shouldDieWithinAWriteThatIsHalfDone() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        Path folder = Path.of("folder");
        storage.createFolders(folder);
        StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE);
        storage.dieAt(2);
        file.write(StorageContract.bytes("first "), 0);
        assertThatThrownBy(() -> file.write(StorageContract.bytes("second"), 6)).hasMessage("killed");
        assertThat(storage.isDead()).isTrue();
        storage.revive();
        assertThat(storage.open(folder.resolve("a"), Storage.OpenMode.READ).size())
                .isEqualTo(9);
    }

    @Test
    void shouldSayThatItIsFull() throws IOException {
        SimulatedDisk storage = new SimulatedDisk();
        Path folder = Path.of("folder");
        storage.createFolders(folder);
        storage.capacity(10);
        StorageFile file = storage.open(folder.resolve("a"), Storage.OpenMode.CREATE);
        file.write(StorageContract.bytes("0123456789"), 0);
        assertThat(storage.usableSpace(folder)).isZero();
        assertThatThrownBy(() -> file.write(StorageContract.bytes("x"), 10)).isInstanceOf(DiskFullException.class);
    }
}
