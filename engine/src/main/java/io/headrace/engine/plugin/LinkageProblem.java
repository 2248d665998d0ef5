package io.headrace.engine.plugin;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in words why a class cannot be linked. */
final class LinkageProblem {
    static final String THIS_VERSION = "a plug-in built against this version, and one version of each library";

    private static final Logger LOG = LoggerFactory.getLogger(LinkageProblem.class);

    private LinkageProblem() {}

    /** A method that a class was never given, as it was compiled against another version; null when it has all. */
    static String missingMethod(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            return null;
        }
        try {
            for (Method method : type.getMethods()) {
                if (Modifier.isAbstract(method.getModifiers())) {
                    return method.getName() + " of " + ClassLookup.name(method.getDeclaringClass());
                }
            }
        } catch (LinkageError notAsked) {
            LOG.debug("{}: its methods cannot be listed", type.getName(), notAsked);
        }
        return null;
    }

    static String found(LinkageError e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof UnsupportedClassVersionError) {
            return "is compiled for a newer Java (" + message + ")";
        } else if (e instanceof ExceptionInInitializerError && e.getCause() != null) {
            return "its static initializer throws " + e.getCause();
        } else if (FlumeTypes.isMentionedIn(message)) {
            return "is written for Flume's own API";
        } else if (e instanceof NoClassDefFoundError && !message.contains(" ")) {
            return "needs the class " + message.replace('/', '.') + ", which is missing";
        } else if (e instanceof ClassFormatError) {
            return "is damaged (" + message + ")";
        }
        return "cannot be linked (" + e + ")";
    }

    static String expected(LinkageError e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof UnsupportedClassVersionError) {
            return "classes for Java " + Runtime.version().feature() + " or older, or a newer Java in JAVA_HOME";
        } else if (FlumeTypes.isMentionedIn(message)) {
            return FlumeTypes.expected(null);
        } else if (e instanceof NoClassDefFoundError && !message.contains(" ")) {
            return "its jar beside the plug-in's, in lib or libext";
        } else if (e instanceof NoSuchMethodError
                || e instanceof NoSuchFieldError
                || e instanceof AbstractMethodError) {
            return THIS_VERSION;
        }
        return "classes that can be loaded";
    }
}
