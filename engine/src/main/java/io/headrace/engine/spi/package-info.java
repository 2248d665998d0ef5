/**
 * What the author of a component implements and is given; {@code engine/PLUGINS.md} is the guide, with a complete sink.
 *
 * <p>To implement: {@link io.headrace.engine.spi.BatchSink} or {@link io.headrace.engine.spi.AsyncSink}, {@link
 * io.headrace.engine.spi.PollingSource} or {@link io.headrace.engine.spi.Source}, {@link
 * io.headrace.engine.spi.Interceptor}, {@link io.headrace.engine.spi.ChannelSelector}, {@link
 * io.headrace.engine.spi.EventSerializer}, and, to have a name and settings that can be checked, the matching interface
 * nested in {@link io.headrace.engine.spi.ComponentProvider}. Given are the contexts. {@link
 * io.headrace.engine.spi.ComponentRegistry} and {@link io.headrace.engine.spi.ComponentRole} are the agent's side of it.
 */
package io.headrace.engine.spi;
