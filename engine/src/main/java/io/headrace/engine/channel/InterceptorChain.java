package io.headrace.engine.channel;

import io.headrace.engine.metrics.Counter;
import io.headrace.frame.DerivedProducer;
import io.headrace.frame.EventCursor;
import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.FramePool;
import io.headrace.frame.Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies a source's interceptors: to shared headers before a frame is built, which costs nothing per event, and to
 * single events, which costs a decode and an encode. Safe for any thread.
 */
final class InterceptorChain {
    private final List<InterceptorStage> stages;
    private final FrameLimits limits;
    private final Counter filtered;
    private final boolean looksAtEvents;

    /** @param limits above which one frame becomes several, see {@link #apply} */
    InterceptorChain(List<InterceptorStage> stages, FrameLimits limits, Counter filtered) {
        this.stages = List.copyOf(stages);
        this.limits = limits;
        this.filtered = filtered;
        this.looksAtEvents =
                stages.stream().anyMatch(stage -> stage.interceptor().looksAtEvents());
    }

    Headers shared(Map<String, String> own) {
        if (stages.isEmpty()) {
            return Headers.of(own);
        }
        Map<String, String> headers = new LinkedHashMap<>(own);
        stages.forEach(stage -> stage.interceptor().interceptShared(headers));
        return Headers.of(headers);
    }

    /** Whether a frame passes as it is, whatever is in it. */
    boolean isNothingToDo(boolean intercepted) {
        return stages.isEmpty() || intercepted && !looksAtEvents;
    }

    int size() {
        return stages.size();
    }

    /**
     * What the interceptors make of a frame: frames whose references are the caller's, none when every event was
     * dropped. More than one only where events grew beyond the largest frame.
     *
     * @param divisible whether it may be more than one: not where a channel keeps the position of an input, because a kill
     *     between two frames of one position would double the first
     * @throws EventTooLargeException when the events grew beyond the largest frame and must stay one
     */
    List<Frame> apply(Frame frame, boolean intercepted, boolean divisible) {
        EventCursor cursor = new EventCursor().wrap(frame);
        Map<String, String> shared = cursor.sharedHeaders();
        Map<String, String> newShared = new LinkedHashMap<>(shared);
        if (!intercepted) {
            stages.forEach(stage -> stage.interceptor().interceptShared(newShared));
        }
        if (!looksAtEvents && newShared.equals(shared)) {
            return List.of(frame.retain());
        }
        List<Map<String, String>> headers = new ArrayList<>();
        List<byte[]> bodies = new ArrayList<>();
        boolean changed = !newShared.equals(shared);
        while (cursor.next()) {
            Map<String, String> own = new LinkedHashMap<>(newShared);
            own.putAll(cursor.ownHeaders());
            Map<String, String> before = new HashMap<>(own);
            byte[] body = cursor.body();
            byte[] after = interceptEvent(own, body);
            if (after == null) {
                filtered.increment();
                changed = true;
                continue;
            }
            changed |= after != body || !own.equals(before);
            headers.add(own);
            bodies.add(after);
        }
        if (!changed) {
            return List.of(frame.retain());
        }
        return encode(frame, headers, bodies, divisible);
    }

    private byte[] interceptEvent(Map<String, String> headers, byte[] body) {
        byte[] current = body;
        for (InterceptorStage stage : stages) {
            if (stage.interceptor().looksAtEvents()) {
                current = stage.interceptor().interceptEvent(headers, current);
                if (current == null) {
                    return null;
                }
            }
        }
        return current;
    }

    private List<Frame> encode(
            Frame origin, List<Map<String, String>> headers, List<byte[]> bodies, boolean divisible) {
        List<Frame> frames = new ArrayList<>(1);
        if (bodies.isEmpty()) {
            return frames;
        }
        Map<String, String> common = inCommon(headers);
        Headers shared = Headers.of(common);
        long producer = derivedId(origin.producerId());
        long firstEvent = origin.firstEventNumber();
        try (FrameBuilder builder = new FrameBuilder(FramePool.shared(), limits)) {
            builder.begin(shared);
            for (int i = 0; i < bodies.size(); i++) {
                Map<String, String> own = headers.get(i);
                own.entrySet().removeIf(header -> header.getValue().equals(common.get(header.getKey())));
                Headers ownHeaders = Headers.of(own);
                if (!builder.add(ownHeaders, bodies.get(i))) {
                    if (!divisible) {
                        throw new EventTooLargeException("interceptors made of a frame of " + origin.eventCount()
                                + " events more than " + limits.frameBytes()
                                + " bytes (expected: at most that; with a smaller batchSize or frameBytes of the source"
                                + " frames are smaller)");
                    }
                    int events = builder.eventCount();
                    frames.add(builder.buildDerived(producer, firstEvent, origin.createdMicros()));
                    firstEvent += events;
                    builder.begin(shared);
                    builder.add(ownHeaders, bodies.get(i));
                }
            }
            frames.add(builder.buildDerived(producer, firstEvent, origin.createdMicros()));
            return frames;
        } catch (RuntimeException e) {
            frames.forEach(Frame::release);
            throw e;
        }
    }

    private long derivedId(long producerId) {
        long id = producerId;
        for (int place = 0; place < stages.size(); place++) {
            id = DerivedProducer.idOf(id, stages.get(place).type(), place, 0);
        }
        return id;
    }

    private static Map<String, String> inCommon(List<Map<String, String>> headers) {
        Map<String, String> common = new LinkedHashMap<>(headers.get(0));
        for (Map<String, String> own : headers) {
            common.entrySet().removeIf(header -> !header.getValue().equals(own.get(header.getKey())));
        }
        return common;
    }
}
