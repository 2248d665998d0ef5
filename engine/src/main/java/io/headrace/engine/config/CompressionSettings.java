package io.headrace.engine.config;

import io.headrace.engine.config.ConfigurationProblem.Severity;
import io.headrace.frame.FrameCompression;
import io.headrace.frame.FrameCompressor;
import java.util.List;

/** Whether and how frames are compressed; keys that sources and the sink {@code link} have in common. */
public record CompressionSettings(
        @Setting(
                key = "compression",
                byDefault = "none",
                doc =
                        "zstd: events are compressed, frame by frame, and stay so in channels, in logs and over links; what"
                                + " is small or hardly gets smaller is left as it is, and so is what is compressed already.")
        FrameCompression compression,

        @Setting(
                key = "compressionLevel",
                byDefault = "1",
                min = 1,
                max = FrameCompressor.MAX_LEVEL,
                doc = "Of zstd: higher ones take longer for fewer bytes.")
        int compressionLevel)
        implements SettingsRemarks {
    /** Not at all. */
    public static final CompressionSettings NONE =
            new CompressionSettings(FrameCompression.NONE, FrameCompressor.DEFAULT_LEVEL);

    public CompressionSettings {
        if (compression == FrameCompression.ZSTD && FrameCompressor.unavailable() != null) {
            throw new IllegalArgumentException(
                    "compression: zstd (expected: none, " + FrameCompressor.unavailable() + ")");
        }
    }

    /** What compresses as they say; null for nothing. */
    public FrameCompressor newCompressor() {
        return compression == FrameCompression.ZSTD ? new FrameCompressor(compressionLevel) : null;
    }

    @Override
    public List<Remark> remarks() {
        return compression == FrameCompression.ZSTD
                ? List.of()
                : List.of(new Remark(
                        Severity.WARNING, "compressionLevel", "has no effect (expected: compression = zstd with it)"));
    }
}
