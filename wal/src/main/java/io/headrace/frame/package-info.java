/**
 * The frame: an immutable batch of events, encoded once where it enters and the same bytes in memory, on disk and on
 * the wire.
 *
 * <p>{@link io.headrace.frame.FrameBuilder} encodes events, {@link io.headrace.frame.Frame} carries them by reference
 * count, {@link io.headrace.frame.EventCursor} reads them without allocating, and
 * {@link io.headrace.frame.FrameDecoder} turns bytes that nobody vouches for into a frame or a
 * {@link io.headrace.frame.FrameException}. A {@link io.headrace.frame.FramePool} makes the memory of released frames that of
 * frames to be built. The layout is in {@code wal/FORMAT.md} and {@link
 * io.headrace.frame.FrameLayout}.
 */
package io.headrace.frame;
