package io.headrace.transport.avro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** A client of Flume's SDK, with its own Avro and Netty, in a class loader that sees nothing of ours. */
final class FlumeClient implements AutoCloseable {
    private final URLClassLoader loader;
    private final Object client;

    private FlumeClient(URLClassLoader loader, Object client) {
        this.loader = loader;
        this.client = client;
    }

    /** @param version 1.9.0 or 1.11.0 */
    static FlumeClient open(String version, Map<String, String> settings) throws Exception {
        URLClassLoader loader = loader(version);
        Properties properties = new Properties();
        properties.putAll(settings);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            Object client = loader.loadClass("org.apache.flume.api.RpcClientFactory")
                    .getMethod("getInstance", Properties.class)
                    .invoke(null, properties);
            return new FlumeClient(loader, client);
        } catch (InvocationTargetException e) {
            loader.close();
            throw unwrapped(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URLClassLoader loader(String version) throws IOException {
        Path folder = Path.of("target", "flume", "sdk-" + version);
        try (Stream<Path> jars = Files.list(folder)) {
            URL[] urls = jars.map(FlumeClient::url).toArray(URL[]::new);
            return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request with one event. */
    void append(TestEvent event) throws Exception {
        call("append", loader.loadClass("org.apache.flume.Event"), event(event));
    }

    void appendBatch(List<TestEvent> events) throws Exception {
        List<Object> made = new ArrayList<>();
        for (TestEvent event : events) {
            made.add(event(event));
        }
        call("appendBatch", List.class, made);
    }

    boolean isActive() throws Exception {
        return (boolean) client.getClass().getMethod("isActive").invoke(client);
    }

    private Object event(TestEvent event) throws Exception {
        return loader.loadClass("org.apache.flume.event.EventBuilder")
                .getMethod("withBody", byte[].class, Map.class)
                .invoke(null, event.body(), event.headers());
    }

    private void call(String name, Class<?> type, Object argument) throws Exception {
        Method method = loader.loadClass("org.apache.flume.api.RpcClient").getMethod(name, type);
        try {
            method.invoke(client, argument);
        } catch (InvocationTargetException e) {
            throw unwrapped(e);
        }
    }

    private static Exception unwrapped(InvocationTargetException e) {
        return e.getCause() instanceof Exception cause ? cause : e;
    }

    /** The class loader stays open: threads of Flume's Netty end a moment later, and load classes to do so. */
    @Override
    public void close() throws IOException {
        try {
            loader.loadClass("org.apache.flume.api.RpcClient")
                    .getMethod("close")
                    .invoke(client);
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }
}
