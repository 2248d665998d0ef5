package io.headrace.engine.source.taildir;

/** What becomes of the bytes that end a line. A line ends at a line feed; a carriage return alone never ends one. */
public enum LineEnding {
    /** The line feed and one carriage return before it are removed, as Flume does. */
    STRIP,
    /** The body holds the line exactly as it stands in the file, so that bodies concatenate to the file. */
    KEEP
}
