package picocli;

/** A library of which the plug-in brings another version than the one that Headrace uses. */
public final class CommandLine {
    public static final String VERSION = new String("the plug-in's own");

    private CommandLine() {}
}
