package com.example;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import java.util.Map;

/** Writes into a header which version of a library it sees: one that Headrace has in another version. */
public final class LibraryInterceptor implements Interceptor {
    /** Settings. */
    public record Settings(
            @Setting(key = "name", byDefault = "library", doc = "Name of the header.")
            String name) {}

    private final String name;

    public LibraryInterceptor(Settings settings) {
        name = settings.name();
    }

    @Override
    public void interceptShared(Map<String, String> headers) {
        headers.put(name, picocli.CommandLine.VERSION);
    }

    @Override
    public boolean looksAtEvents() {
        return false;
    }

    @Override
    public byte[] interceptEvent(Map<String, String> headers, byte[] body) {
        return body;
    }

    /** Makes the interceptor known as {@code library}; a name as Flume's plug-ins have it. */
    public static final class Builder implements ComponentProvider.OfInterceptor {
        @Override
        public String alias() {
            return "library";
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "says which version of a library it sees";
        }

        @Override
        public Interceptor create(ComponentContext context) {
            return new LibraryInterceptor(context.settings(Settings.class));
        }
    }
}
