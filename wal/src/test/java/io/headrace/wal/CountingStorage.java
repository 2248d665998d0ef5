package io.headrace.wal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Counts the bytes that are read from the files of another storage. */
final class CountingStorage {
    private final Storage storage;
    private long bytesRead;

    CountingStorage(Storage storage) {
        this.storage = storage;
    }

    /** The storage, counted. */
    Storage storage() {
        return proxy(Storage.class, storage);
    }

    long bytesRead() {
        return bytesRead;
    }

    private <T> T proxy(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call(target, method, arguments)));
    }

    private Object call(Object target, Method method, Object[] arguments) throws Throwable {
        Object result;
        try {
            result = method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (method.getName().equals("read")) {
            bytesRead += Math.max(0, (int) result);
        }
        return result instanceof StorageFile file ? proxy(StorageFile.class, file) : result;
    }
}
