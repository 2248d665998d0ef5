package io.headrace.engine.plugin;

/** Says in words why a class cannot be linked. */
final class LinkageProblem {
    private LinkageProblem() {}

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
            return "a plug-in built against this version, and one version of each library";
        }
        return "classes that can be loaded";
    }
}
