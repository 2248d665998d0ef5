package io.headrace.engine.channel;

import io.headrace.engine.spi.Interceptor;

/**
 * An interceptor in its place.
 *
 * @param type as in the configuration; part of the producer id of what it changes
 */
public record InterceptorStage(String type, Interceptor interceptor) {}
