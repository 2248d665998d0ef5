package io.headrace.tools;

import io.headrace.wal.FileStorage;
import io.headrace.wal.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** The files of the operating system, on what calls itself another file system. */
public final class StorageOf {
    private StorageOf() {}

    public static Storage fileSystem(String fileSystem, long usableBytes) {
        FileStorage real = new FileStorage();
        return (Storage) Proxy.newProxyInstance(
                StorageOf.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("fileSystemOf") && arguments[0] instanceof Path) {
                        return fileSystem;
                    } else if (method.getName().equals("usableSpace")) {
                        return usableBytes;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
