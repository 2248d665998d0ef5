package io.headrace.transport.avro;

import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import io.headrace.wal.StorageFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** The file system, of which no sync ends while a test holds it. */
final class SlowDisk {
    private final FileStorage disk = new FileStorage();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** From now on syncs wait. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void letGo() {
        gate.countDown();
    }

    Storage storage() {
        return proxy(Storage.class, disk);
    }

    private <T> T proxy(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> call(target, method, args)));
    }

    private Object call(Object target, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("sync")) {
            gate.await();
        }
        try {
            Object result = method.invoke(target, args);
            return result instanceof StorageFile file ? proxy(StorageFile.class, file) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
