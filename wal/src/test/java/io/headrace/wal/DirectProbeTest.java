package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Direct writes are chosen only where they are possible and seen by everybody. */
class DirectProbeTest {
    private static final Path FOLDER = Path.of("log");

    private final SimulatedDisk disk = new SimulatedDisk();

    DirectProbeTest() throws IOException {
        disk.createFolders(FOLDER);
    }

    @Test
    void shouldSayYesAndLeaveNothingBehind() throws IOException {
        assertThat(DirectProbe.works(disk, FOLDER)).isTrue();
        assertThat(disk.list(FOLDER)).isEmpty();
    }

    @Test
    void shouldNotMindWhatAnInterruptedOneLeft() throws IOException {
        disk.open(FOLDER.resolve(SegmentFilling.PROBE), Storage.OpenMode.CREATE).close();
        assertThat(DirectProbe.works(disk, FOLDER)).isTrue();
        assertThat(disk.list(FOLDER)).isEmpty();
    }

    @Test
    void shouldSayNoWhereTheFileSystemIsKnownForIt() throws IOException {
        for (String kind : new String[] {"tmpfs", "overlay", "btrfs", "zfs"}) {
            Storage storage = with((proxy, method, arguments) ->
                    method.getName().equals("fileSystemOf") ? kind : invoke(method, disk, arguments));
            assertThat(DirectProbe.works(storage, FOLDER)).as(kind).isFalse();
        }
    }

    @Test
    void shouldSayNoWhereItIsRefused() throws IOException {
        Storage storage = with((proxy, method, arguments) -> {
            if (method.getName().equals("open") && arguments[1] == Storage.OpenMode.THROUGH) {
                throw new IOException("Invalid argument");
            }
            return invoke(method, disk, arguments);
        });
        assertThat(DirectProbe.works(storage, FOLDER)).isFalse();
        assertThat(disk.list(FOLDER)).isEmpty();
    }

    @Test
    void shouldSayNoWhereReadersDoNotSeeWhatWasWritten() throws IOException {
        Storage storage = with((proxy, method, arguments) -> {
            Object result = invoke(method, disk, arguments);
            if (!method.getName().equals("open") || arguments[1] != Storage.OpenMode.THROUGH) {
                return result;
            }
            return Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {StorageFile.class}, (file, called, given) -> {
                        boolean second = called.getName().equals("write") && ((ByteBuffer) given[0]).get(0) == 2;
                        return second ? null : invoke(called, result, given);
                    });
        });
        assertThat(DirectProbe.works(storage, FOLDER)).isFalse();
    }

    @Test
    void shouldFallBackToPositionalWrites() throws IOException {
        LogFixture fixture = new LogFixture(1);
        LogSettings settings = LogFixture.settings(FOLDER, LogSettings.Appender.DIRECT);
        try (WriteAheadLog log = WriteAheadLog.open(settings, disk, fixture.clocks)) {
            assertThat(log.appender()).isEqualTo(LogSettings.Appender.DIRECT);
        }
        Storage refusing = with((proxy, method, arguments) ->
                method.getName().equals("fileSystemOf") ? "tmpfs" : invoke(method, disk, arguments));
        try (WriteAheadLog log = WriteAheadLog.open(settings, refusing, fixture.clocks)) {
            assertThat(log.appender()).isEqualTo(LogSettings.Appender.POSITIONAL);
        }
    }

    private Storage with(java.lang.reflect.InvocationHandler handler) {
        return (Storage) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Storage.class}, handler);
    }

    private static Object invoke(java.lang.reflect.Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
