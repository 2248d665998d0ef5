package io.headrace.transport.http;

import io.headrace.engine.config.Setting;

/** Settings of the HTTP endpoint. */
public record HttpSettings(
        @Setting(key = "bind", byDefault = "127.0.0.1", doc = "Address to listen on.")
        String bind,

        @Setting(
                key = "port",
                byDefault = "41414",
                min = 0,
                max = 65535,
                doc = "Port to listen on; 0 lets the system choose.")
        int port) {}
