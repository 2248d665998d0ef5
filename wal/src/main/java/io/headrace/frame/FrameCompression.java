package io.headrace.frame;

/** How the events of frames are compressed where frames are made. */
public enum FrameCompression {
    /** Not at all. */
    NONE,
    /** By zstd, see {@link FrameCompressor}. */
    ZSTD
}
