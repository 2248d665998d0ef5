package io.headrace.wal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ends one call of a storage, or of a file of it, in an error as of a machine without memory; knows which files are open. */
final class FailingStorage {
    private final Storage real;
    private final int failing;
    private final List<Path> open = new ArrayList<>();
    private int calls;

    /** @param failing number of the call that fails, from 1 on */
    FailingStorage(Storage real, int failing) {
        this.real = real;
        this.failing = failing;
    }

    Storage storage() {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    count();
                    Object result = call(real, method, arguments);
                    return result instanceof StorageFile file ? file((Path) arguments[0], file) : result;
                });
    }

    boolean hasFailed() {
        return calls >= failing;
    }

    List<Path> openFiles() {
        return open;
    }

    private StorageFile file(Path path, StorageFile file) {
        open.add(path);
        return (StorageFile) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        open.remove(path);
                    } else {
                        count();
                    }
                    return call(file, method, arguments);
                });
    }

    private void count() {
        if (++calls == failing) {
            throw new OutOfMemoryError("call " + failing);
        }
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
