package io.headrace.transport.avro;

import io.headrace.frame.FrameBuilder;
import io.headrace.frame.Headers;
import io.headrace.transport.avro.AvroException.Kind;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Makes frames of the events of one connection's requests, as they come; a frame holds events of one request. Where the
 * events of the request before had all the same headers, they stand once a frame. Owned by the connection's event loop.
 */
final class RequestFrames {
    private final AvroLoop loop;
    private final FrameBuilder builder;
    private AvroRequest request;
    private long events;

    /** Whether frames begin with the headers of their first event as shared ones. */
    private boolean sharesHeaders = true;

    /** Whether the open frame does, and has some. */
    private boolean frameShares;

    /** Whether all events of the request have the same headers. */
    private boolean uniform;

    RequestFrames(AvroLoop loop) {
        this.loop = loop;
        this.builder = loop.newBuilder();
    }

    /** A request begins, which gets the frames. */
    void begin(AvroRequest next) {
        request = next;
        uniform = true;
        events = 0;
    }

    /** Throws {@link AvroException} where the request is too large, or an event cannot be put. */
    void add(EventReader event, AvroInput in) {
        events++;
        loop.limits().check(events, request.frameBytes() + builder.payloadBytes());
        uniform &= events == 1 || event.hasSameHeaders();
        try {
            build(event, in);
        } catch (RuntimeException e) {
            // An interceptor, or headers that became too large: the peer keeps the batch.
            loop.metrics().source.processingFailed();
            loop.errors().accept(e);
            throw new AvroException(Kind.FAILED, "batch could not be put: " + e);
        }
    }

    /** The request is complete. */
    void end() {
        if (builder.isOpen()) {
            buildFrame();
        }
        sharesHeaders = uniform;
    }

    /** Drops the open frame. */
    void discard() {
        builder.discard();
    }

    /** Of the open frame. */
    long openBytes() {
        return builder.payloadBytes();
    }

    void close() {
        builder.close();
    }

    private void build(EventReader event, AvroInput in) {
        if (builder.isOpen() && frameShares && !event.hasSameHeaders()) {
            sharesHeaders = false;
            buildFrame();
        }
        boolean added = false;
        while (!added) {
            if (!builder.isOpen()) {
                frameShares = sharesHeaders && event.headersLength() > 0;
                Map<String, String> shared = frameShares ? event.headers() : Map.of();
                Headers intercepted = loop.processor().intercept(shared);
                builder.begin(intercepted);
            }
            int own = frameShares ? 0 : event.headersLength();
            added = builder.add(event.headersBlock(), 0, own, in.bytes(), event.bodyOffset(), event.bodyLength());
            if (!added) {
                buildFrame();
            }
        }
    }

    private void buildFrame() {
        long micros = TimeUnit.MILLISECONDS.toMicros(loop.epochClock().time());
        request.add(builder.build(loop.producer(), micros));
    }
}
