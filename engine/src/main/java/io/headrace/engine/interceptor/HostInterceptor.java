package io.headrace.engine.interceptor;

import io.headrace.engine.config.Setting;
import io.headrace.engine.spi.ComponentContext;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.Interceptor;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Writes the address or the name of this machine into a header; looked up once, when the agent starts. */
final class HostInterceptor extends HeaderInterceptor {
    /** Settings. */
    record Settings(
            @Setting(key = "useIP", byDefault = "true", doc = "Whether to write the address, not the name.")
            boolean useIp,

            @Setting(
                    key = "preserveExisting",
                    byDefault = "false",
                    doc = "Whether a header that an event has already stays as it is.")
            boolean preserveExisting,

            @Setting(key = "hostHeader", byDefault = "host", doc = "Name of the header.")
            String hostHeader) {}

    private final String host;

    HostInterceptor(Settings settings, InetAddress machine) {
        super(settings.hostHeader(), settings.preserveExisting());
        this.host = settings.useIp() ? machine.getHostAddress() : machine.getCanonicalHostName();
    }

    @Override
    String value() {
        return host;
    }

    /** Registers the interceptor. */
    public static final class Provider implements ComponentProvider.OfInterceptor {
        @Override
        public String alias() {
            return "host";
        }

        @Override
        public List<String> otherNames() {
            return List.of("org.apache.flume.interceptor.HostInterceptor$Builder");
        }

        @Override
        public Class<? extends Record> settingsType() {
            return Settings.class;
        }

        @Override
        public String summary() {
            return "writes this machine's address or name into a header";
        }

        @Override
        public Interceptor create(ComponentContext context) {
            try {
                return new HostInterceptor(context.settings(Settings.class), InetAddress.getLocalHost());
            } catch (UnknownHostException e) {
                throw new UncheckedIOException(
                        "this machine's name cannot be resolved (expected: a host name that "
                                + "resolves, e.g. by a line in /etc/hosts)",
                        e);
            }
        }
    }
}
