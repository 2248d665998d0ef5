package io.headrace.engine.channel;

import io.headrace.frame.DerivedProducer;
import io.headrace.frame.Frame;
import io.headrace.wal.InputKey;
import java.util.Arrays;
import java.util.List;

/** One input of a source in all channels behind it. */
final class SourceInputImpl implements SourceInput {
    final ChannelInput[] inputs;
    final Route route;
    /** For a put that waits; puts come one after the other. */
    final RoomSignal room = new RoomSignal();

    private final ChannelProcessorImpl processor;
    private final InputKey key;
    private final long hash;
    private final boolean known;
    private final boolean forgotten;
    private final boolean byOrigin;
    private final long startPosition;
    private final long[] boundaries;
    private long lastPosition;
    private Runnable listener;
    private boolean closed;

    SourceInputImpl(ChannelProcessorImpl processor, InputKey key, ChannelInput[] inputs) {
        this.processor = processor;
        this.key = key;
        this.hash = key == null ? 0 : DerivedProducer.idOf(0, key.id(), 0, 0);
        this.inputs = inputs;
        this.route = new Route(inputs.length);
        this.byOrigin = processor.comparesOrigins() && key != null && key.kind() == InputKey.Kind.WINDOW;
        boolean anyKnown = false;
        boolean anyForgot = false;
        long smallest = Long.MAX_VALUE;
        long[] starts = new long[inputs.length];
        int count = 0;
        for (int i = 0; i < inputs.length; i++) {
            if (processor.isRequired(i)) {
                anyKnown |= inputs[i].isKnown();
                if (forgets(inputs[i], processor.channel(i))) {
                    anyForgot = true;
                    continue;
                }
                starts[count] = inputs[i].isWindow() ? inputs[i].keptPosition : inputs[i].putPosition();
                smallest = Math.min(smallest, starts[count]);
                count++;
            } else if (!inputs[i].isWindow() && inputs[i].isKnown()) {
                // It is not asked where to start, but what it has must not come to it again.
                starts[count++] = inputs[i].putPosition();
            }
        }
        this.known = anyKnown;
        this.forgotten = anyKnown && anyForgot;
        this.startPosition = smallest == Long.MAX_VALUE ? 0 : smallest;
        this.boundaries = Arrays.copyOf(starts, count);
        Arrays.sort(boundaries);
        this.lastPosition = startPosition;
    }

    private static boolean forgets(ChannelInput input, DualChannel channel) {
        return !input.isAnonymous() && !input.isWindow() && !input.isKnown() && !channel.hasLog();
    }

    @Override
    public boolean isForgotten() {
        return forgotten;
    }

    @Override
    public void beginAt(long position) {
        lastPosition = position;
    }

    /** Position of the newest frame that was put, marked or left out. */
    long lastPosition() {
        return lastPosition;
    }

    void passed(long position) {
        lastPosition = Math.max(lastPosition, position);
    }

    /** Whether its frames are compared with those of other inputs. */
    boolean byOrigin() {
        return byOrigin;
    }

    /** Of what names the input, the same in every life; 0 where nothing does. */
    long hash() {
        return hash;
    }

    @Override
    public InputKey key() {
        return key;
    }

    @Override
    public boolean isKnown() {
        return known;
    }

    @Override
    public long startPosition() {
        return key != null && key.kind() == InputKey.Kind.WINDOW ? keptPosition() : startPosition;
    }

    /** What every required channel keeps by now, which grows while the input is open. */
    private long keptPosition() {
        long smallest = Long.MAX_VALUE;
        for (int i = 0; i < inputs.length; i++) {
            if (processor.isRequired(i)) {
                smallest = Math.min(smallest, inputs[i].keptPosition);
            }
        }
        return smallest == Long.MAX_VALUE ? 0 : smallest;
    }

    @Override
    public long boundaryAbove(long position) {
        for (long boundary : boundaries) {
            if (boundary > position) {
                return boundary;
            }
        }
        return Long.MAX_VALUE;
    }

    @Override
    public long turnAbove(long position) {
        return processor.turnAbove(position);
    }

    @Override
    public long safePosition() {
        long smallest = lastPosition;
        for (int i = 0; i < inputs.length; i++) {
            if (processor.isRequired(i)) {
                inputs[i].prune(processor.channel(i).safe());
                smallest = Math.min(smallest, inputs[i].history.positionBeforeFirst(lastPosition));
            }
        }
        return smallest;
    }

    @Override
    public long acknowledgedPosition() {
        long smallest = lastPosition;
        for (int i = 0; i < inputs.length; i++) {
            if (processor.isRequired(i)) {
                long acknowledged = processor.channel(i).acknowledged();
                smallest = Math.min(smallest, inputs[i].history.positionAcknowledged(acknowledged, lastPosition));
            }
        }
        return smallest;
    }

    @Override
    public void mark(long position) {
        if (key == null || key.kind() != InputKey.Kind.ORDERED || closed) {
            return;
        }
        passed(position);
        for (int i = 0; i < inputs.length; i++) {
            if (!inputs[i].wasTold(position)) {
                mark(processor.channel(i), inputs[i], position);
            }
        }
    }

    @Override
    public boolean isPassedByAll(long position) {
        mark(position);
        for (int i = 0; i < inputs.length; i++) {
            if (processor.isRequired(i)
                    && (!inputs[i].wasTold(position)
                            || inputs[i].toldSequence() > processor.channel(i).acknowledged())) {
                return false;
            }
        }
        return true;
    }

    private void mark(DualChannel channel, ChannelInput input, long position) {
        Frame announcement = input.announced ? null : processor.announcement(input);
        Frame mark = processor.mark();
        int frames = announcement == null ? 1 : 2;
        long charge = mark.pinnedBytes() + (announcement == null ? 0 : announcement.pinnedBytes());
        try {
            if (channel.tryReserve(frames, 0, charge) != null) {
                return;
            }
            if (!channel.isAccepting()) {
                channel.cancel(frames, 0, charge);
                return;
            }
            long now = processor.nanoTime();
            if (announcement != null) {
                channel.publication().announce(input, announcement, now);
            }
            long sequence = channel.publication().publish(input, position, true, List.of(mark), now);
            input.passed(position);
            input.told(position, sequence);
        } finally {
            mark.release();
            if (announcement != null) {
                announcement.release();
            }
        }
    }

    @Override
    public void advanceFloor(long floor) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].advanceFloor(floor);
            if (floor > inputs[i].keptPosition && floor > inputs[i].floorRequested) {
                processor.channel(i).advanceFloor(inputs[i], floor);
            }
        }
    }

    @Override
    public void setListener(Runnable newListener) {
        for (ChannelInput input : inputs) {
            input.replaceListener(listener, newListener);
        }
        listener = newListener;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        route.clear();
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].replaceListener(listener, null);
            processor.channel(i).inputs().close(inputs[i]);
        }
    }
}
