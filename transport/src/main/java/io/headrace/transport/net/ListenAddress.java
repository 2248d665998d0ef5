package io.headrace.transport.net;

import io.headrace.engine.config.Setting;

/** Where a source listens. A part of other settings. */
public record ListenAddress(
        @Setting(
                key = "bind",
                word = true,
                doc = "Address or host name to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for all"
                        + " interfaces.")
        String bind,

        @Setting(key = "port", min = 0, max = 65535, doc = "Port to listen on; 0 lets the system choose.")
        int port) {}
