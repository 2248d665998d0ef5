package io.headrace.engine.spi;

import io.headrace.engine.plugin.ContextLoader;
import io.headrace.engine.plugin.PlugIn;
import io.headrace.engine.plugin.ProviderCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Adds the components that plug-ins register and tells what is wrong with them. Used once. */
final class ProviderCollector {
    /** One broken line in a file of services is passed over; a loader that fails for ever must not hold up the start. */
    private static final int MOST_FAILURES = 100;

    private final List<ComponentProvider> found;
    private final Map<ComponentProvider, PlugIn> origins = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    /** @param found what is there already; added to */
    ProviderCollector(List<ComponentProvider> found) {
        this.found = found;
    }

    List<String> warnings() {
        return warnings;
    }

    void collect(PlugIn plugIn) {
        for (ComponentRole role : ComponentRole.values()) {
            try {
                ContextLoader.call(plugIn.loader(), () -> collect(plugIn, role));
            } catch (Exception e) {
                warnings.add(plugIn + ": its " + role.word() + "s cannot be listed: " + e);
            }
        }
    }

    private Void collect(PlugIn plugIn, ComponentRole role) {
        Iterator<? extends ServiceLoader.Provider<? extends ComponentProvider>> services =
                ServiceLoader.load(role.provider(), plugIn.loader()).stream().iterator();
        int failures = 0;
        while (failures < MOST_FAILURES) {
            try {
                if (!services.hasNext()) {
                    break;
                }
                ServiceLoader.Provider<? extends ComponentProvider> service = services.next();
                // The parent's services are seen through the plug-in's loader as well.
                if (service.type().getClassLoader() == plugIn.loader()) {
                    offer(plugIn, role, service.get());
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                failures++;
                warnings.add(plugIn + ": " + reason(e) + " (expected: a class that implements "
                        + role.provider().getCanonicalName() + ", with a public constructor without parameters)");
            }
        }
        return null;
    }

    /** One that is broken is told and left out: others look through all there are. */
    private void offer(PlugIn plugIn, ComponentRole role, ComponentProvider provider) {
        try {
            ProviderCheck.require(provider);
        } catch (RuntimeException e) {
            warnings.add(plugIn + ": " + provider.getClass().getName() + " is not used: "
                    + (e instanceof IllegalArgumentException ? e.getMessage() : e.toString()));
            return;
        }
        add(plugIn, role, provider);
    }

    private void add(PlugIn plugIn, ComponentRole role, ComponentProvider provider) {
        for (ComponentProvider other : found) {
            if (role.provider().isInstance(other) && ComponentRegistry.isCalled(other, provider.alias())) {
                PlugIn owner = origins.get(other);
                warnings.add(plugIn + ": " + role.word() + " " + provider.alias() + " is "
                        + (owner == null ? "built in, the built-in one" : "in " + owner + ", too, the first one")
                        + " is used (expected: "
                        + (other.getClass().getName().equals(provider.getClass().getName())
                                ? "the class in one plug-in only)"
                                : "another alias; type = " + provider.getClass().getName() + " means this one)"));
                break;
            }
        }
        found.add(provider);
        origins.put(provider, plugIn);
    }

    private static String reason(Throwable e) {
        return e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
    }
}
