package io.headrace.transport.net;

import io.headrace.engine.config.Setting;

/** How long a sink waits when nothing goes, and when it stops. A part of other settings. */
public record PauseSettings(
        @Setting(
                key = "max-backoff",
                byDefault = "5000",
                unit = "ms",
                min = 100,
                doc = "Longest pause before dialling again.")
        long maxBackoff,

        @Setting(
                key = "drain-timeout",
                byDefault = "5000",
                unit = "ms",
                min = 0,
                doc = "How long a stopping sink waits for the answers to what it sent.")
        long drainTimeout) {}
