package io.headrace.engine.plugin;

import io.headrace.engine.channel.Channel;
import io.headrace.engine.spi.ComponentProvider;
import io.headrace.engine.spi.ComponentRole;
import io.headrace.engine.spi.Sink;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the class that a configuration names as a component's type, in plug-ins first, and says what is wrong with it. */
public final class ClassLookup {
    /** A class that cannot be the component. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        private final String expected;

        Unusable(String found, String expected, Throwable cause) {
            super(found, cause);
            this.expected = expected;
        }

        /** What should have been there instead. */
        public String expected() {
            return expected;
        }
    }

    private final PlugIns plugIns;

    public ClassLookup(PlugIns plugIns) {
        this.plugIns = plugIns;
    }

    /** Whether a type can only be the name of a class. */
    public static boolean isClassName(String type) {
        return type.indexOf('.') > 0
                && Arrays.stream(type.split("\\.", -1))
                        .allMatch(part -> !part.isEmpty()
                                && Character.isJavaIdentifierStart(part.charAt(0))
                                && part.chars().allMatch(Character::isJavaIdentifierPart));
    }

    /** Where classes are looked for, for messages about one that is missing. */
    public String places() {
        return plugIns.places();
    }

    /** The classes of plug-ins, for suggestions. */
    public List<String> names() {
        return plugIns.classNames();
    }

    /**
     * The component of a class.
     *
     * @return nothing when there is no such class anywhere
     * @throws Unusable when there is one that cannot be the component
     */
    public Optional<ComponentProvider> find(ComponentRole role, String className) throws Unusable {
        for (PlugIn plugIn : plugIns.all()) {
            Optional<Class<?>> type = load(plugIn.loader(), className, plugIn.toString());
            if (type.isPresent() && plugIn.brought(type.get())) {
                return Optional.of(component(role, type.get(), "in " + plugIn));
            }
        }
        Optional<Class<?>> type = load(plugIns.base(), className, "the class path");
        return type.isPresent() ? Optional.of(component(role, type.get(), "on the class path")) : Optional.empty();
    }

    private static Optional<Class<?>> load(ClassLoader loader, String className, String where) throws Unusable {
        try {
            return Optional.of(Class.forName(className, false, loader));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        } catch (LinkageError e) {
            throw unlinked(e, "in " + where);
        }
    }

    private static ComponentProvider component(ComponentRole role, Class<?> type, String where) throws Unusable {
        try {
            Class<?> provider = providerOf(role, type);
            if (provider != null) {
                return ContextLoader.call(type.getClassLoader(), () -> checked(made(role, provider, where), where));
            }
            requireRole(role, type, where);
            String missing = LinkageProblem.missingMethod(type);
            if (missing != null) {
                throw new Unusable("lacks the method " + missing + ", " + where, LinkageProblem.THIS_VERSION, null);
            }
            ComponentConstructor constructor = ComponentConstructor.of(type, role)
                    .orElseThrow(() -> new Unusable(
                            "has no constructor that can be called, " + where,
                            ComponentConstructor.expected(role),
                            null));
            return checked(ClassProvider.of(role, constructor), where);
        } catch (LinkageError e) {
            throw unlinked(e, where);
        } catch (Unusable e) {
            throw e;
        } catch (Exception e) {
            throw new Unusable("cannot be used, " + where + ": " + e, "a class that can be loaded", e);
        }
    }

    private static ComponentProvider checked(ComponentProvider provider, String where) throws Unusable {
        try {
            ProviderCheck.require(provider);
            return provider;
        } catch (IllegalArgumentException e) {
            throw new Unusable("cannot be used, " + where + ": " + e.getMessage(), "settings that can be read", e);
        }
    }

    /** The class itself, or the one nested in it that makes its objects; null when there is neither. */
    private static Class<?> providerOf(ComponentRole role, Class<?> type) {
        if (ComponentProvider.class.isAssignableFrom(type)) {
            return type;
        }
        return Arrays.stream(type.getDeclaredClasses())
                .filter(role.provider()::isAssignableFrom)
                .findFirst()
                .orElse(null);
    }

    private static ComponentProvider made(ComponentRole role, Class<?> provider, String where) throws Unusable {
        String expected = role.withArticle() + ": a class that implements " + name(role.provider())
                + ", with a public constructor without parameters";
        if (!role.provider().isAssignableFrom(provider)) {
            String others = Arrays.stream(ComponentRole.values())
                    .filter(other -> other.provider().isAssignableFrom(provider))
                    .map(ComponentRole::withArticle)
                    .collect(Collectors.joining(" and "));
            throw new Unusable("is " + (others.isEmpty() ? "no component" : others) + ", " + where, expected, null);
        }
        try {
            return (ComponentProvider) provider.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LinkageError missing) {
                throw missing;
            }
            throw new Unusable("its constructor throws " + e.getCause() + ", " + where, expected, e);
        } catch (ReflectiveOperationException e) {
            throw new Unusable("has no constructor that can be called, " + where, expected, e);
        }
    }

    private static void requireRole(ComponentRole role, Class<?> type, String where) throws Unusable {
        String expected = role.withArticle() + ": a class that implements "
                + (role.types().isEmpty()
                        ? name(role.provider())
                        : role.types().stream().map(ClassLookup::name).collect(Collectors.joining(" or ")));
        Optional<ComponentRole> other = Arrays.stream(ComponentRole.values())
                .filter(each -> each.includes(type))
                .findFirst();
        String what = null;
        if (other.isEmpty() && FlumeTypes.isOne(type)) {
            what = "is written for Flume's own API";
            expected = FlumeTypes.expected(role);
        } else if (other.isEmpty()) {
            what = strange(type);
        } else if (!role.includes(type)) {
            what = "is " + other.get().withArticle();
        } else if (type.isInterface()) {
            what = "is an interface";
            expected = "a class that implements it";
        } else if (Modifier.isAbstract(type.getModifiers())) {
            what = "is abstract";
            expected = "a class of which objects can be made";
        }
        if (what != null) {
            throw new Unusable(what + ", " + where, expected, null);
        }
    }

    private static String strange(Class<?> type) {
        if (Sink.class.isAssignableFrom(type)) {
            return "is a sink of no kind";
        }
        return Channel.class.isAssignableFrom(type) ? "is a channel" : "is no component";
    }

    static String name(Class<?> type) {
        return type.getCanonicalName();
    }

    /** Says which class or method is missing, and what that means. */
    private static Unusable unlinked(LinkageError e, String where) {
        return new Unusable(LinkageProblem.found(e) + ", " + where, LinkageProblem.expected(e), e);
    }
}
