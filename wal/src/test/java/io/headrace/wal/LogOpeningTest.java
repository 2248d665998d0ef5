package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log that failed is opened again and again, by an agent that lives for months. */
class LogOpeningTest {
    private static final Path FOLDER = Path.of("log");
    private static final int FRAMES = 10;

    private final LogFixture fixture = new LogFixture(3);
    private final Set<AutoCloseable> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private SimulatedDisk disk;
    private int calls;
    private int failing;

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingOpenWhicheverCallFails(LogSettings.Appender appender) throws IOException {
        LogSettings settings = LogFixture.settings(FOLDER, appender);
        boolean failed = true;
        for (int call = 1; failed; call++) {
            disk = new SimulatedDisk(call);
            crashWithFramesAboveTheCheckpoint(settings);
            calls = 0;
            failing = call;
            failed = false;
            disk.faults((kind, path) -> ++calls == failing);
            try (WriteAheadLog log = WriteAheadLog.open(settings, counted(Storage.class, disk), fixture.clocks)) {
                assertThat(log.durable()).isEqualTo(FRAMES);
            } catch (IOException e) {
                failed = true;
            }
            assertThat(open)
                    .as("open after call %d of %s failed", call, appender)
                    .isEmpty();
            failed |= calls >= failing;
            disk.faults((kind, path) -> false);
            try (WriteAheadLog log = WriteAheadLog.open(settings, disk, fixture.clocks)) {
                assertThat(LogFixture.readAll(log, 1)).hasSize(FRAMES);
            }
        }
        assertThat(failing).as("calls of an opening that copies").isGreaterThan(30);
    }

    /** Of more than a segment, so that several copies are made. */
    private void crashWithFramesAboveTheCheckpoint(LogSettings settings) throws IOException {
        WriteAheadLog log = WriteAheadLog.open(settings, disk, fixture.clocks);
        for (int sequence = 1; sequence <= FRAMES; sequence++) {
            fixture.append(log, sequence, fixture.frame("frame " + sequence + " ".repeat(30_000)));
        }
        log.write();
        log.sync();
        disk.kill();
        disk.revive();
        log.close();
    }

    private <T> T counted(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call(self, target, method, arguments)));
    }

    private Object call(Object self, Object target, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("close")) {
            open.remove(self);
        }
        Object result;
        try {
            result = method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (result instanceof StorageFile file) {
            result = counted(StorageFile.class, file);
            open.add((AutoCloseable) result);
        } else if (result instanceof Storage.FolderLock lock) {
            result = counted(Storage.FolderLock.class, lock);
            open.add((AutoCloseable) result);
        }
        return result;
    }
}
