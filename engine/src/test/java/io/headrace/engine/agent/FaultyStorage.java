package io.headrace.engine.agent;

import io.headrace.wal.DiskFullException;
import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The real disk, some of whose writes fail. */
final class FaultyStorage {
    /** How many writes are to fail from now on. */
    final AtomicInteger failures = new AtomicInteger();

    /** How much of the real disk may be taken. */
    volatile long usable = Long.MAX_VALUE;

    volatile boolean full;

    /** While not open, writes and syncs do not return. */
    volatile CountDownLatch answers = new CountDownLatch(0);

    private final Path folder;
    private final Storage real = new FileStorage();

    /** @param folder only files below it fail */
    FaultyStorage(Path folder) {
        this.folder = folder;
    }

    Storage storage() {
        return proxy(Storage.class, (method, arguments) -> {
            Object result = call(real, method, arguments);
            if (method.getName().equals("usableSpace")) {
                return Math.min(usable, (Long) result);
            }
            boolean faulty = result instanceof StorageFile && ((Path) arguments[0]).startsWith(folder);
            return faulty ? faulty((StorageFile) result) : result;
        });
    }

    private StorageFile faulty(StorageFile file) {
        return proxy(StorageFile.class, (method, arguments) -> {
            if (method.getName().equals("write") || method.getName().equals("sync")) {
                answers.await();
            }
            if (method.getName().equals("write") && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw full
                        ? new DiskFullException("No space left on device", null)
                        : new IOException("Input/output error");
            }
            return call(file, method, arguments);
        });
    }

    private interface Answer {
        Object to(Method method, Object[] arguments) throws Throwable;
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answer.to(method, arguments)));
    }
}
