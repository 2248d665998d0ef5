package io.headrace.transport.avro;

import io.headrace.engine.channel.PutTicket;
import io.headrace.frame.Frame;
import io.headrace.transport.avro.RequestHandler.Call;
import io.headrace.transport.link.AckLevel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A request from its first byte to its answer. Owned by the thread of its connection. */
final class AvroRequest {
    /** What it is answered with. */
    enum Outcome {
        OK,
        FAILED,
        /** With an error text, as Avro answers what it cannot serve. */
        ERROR,
        /** With nothing but the handshake. */
        GREETING
    }

    private final int serial;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final List<PutTicket> tickets = new ArrayList<>(1);
    private byte[] greeting = {};
    private Call call;
    private Outcome outcome = Outcome.GREETING;
    private String error = "";
    private int events;
    private long frameBytes;
    private boolean counted;

    AvroRequest(int serial) {
        this.serial = serial;
    }

    int serial() {
        return serial;
    }

    /** The handshake's bytes that go before the answer. */
    byte[] greeting() {
        return greeting;
    }

    void greet(byte[] response) {
        greeting = response;
    }

    Call call() {
        return call;
    }

    void call(Call called) {
        call = called;
        outcome = called == Call.PING ? Outcome.GREETING : Outcome.OK;
    }

    Outcome outcome() {
        return outcome;
    }

    String error() {
        return error;
    }

    /** It will not be served; frames that are not in the channels are dropped. */
    void refuse(Outcome answer, String why) {
        outcome = answer;
        error = why;
        dropFrames();
    }

    void add(Frame frame) {
        frames.add(frame);
        frameBytes += frame.pinnedBytes();
        events += frame.eventCount();
    }

    /** Events of its frames, put or not. */
    int events() {
        return events;
    }

    /** Memory of the frames that are not in the channels. */
    long frameBytes() {
        return frameBytes;
    }

    /** The next frame to be put, or null. */
    Frame nextFrame() {
        return frames.peek();
    }

    /** The next frame is in the channels. */
    void framePut(PutTicket ticket) {
        Frame frame = frames.poll();
        frameBytes -= frame.pinnedBytes();
        frame.release();
        tickets.add(ticket);
    }

    /** True the first time. */
    boolean countOnce() {
        boolean first = !counted;
        counted = true;
        return first;
    }

    boolean isAnswerable(AckLevel level) {
        if (outcome != Outcome.OK) {
            return true;
        }
        if (!frames.isEmpty()) {
            return false;
        }
        for (int i = tickets.size() - 1; i >= 0; i--) {
            PutTicket ticket = tickets.get(i);
            if (!(level == AckLevel.SAFE ? ticket.isSafe() : ticket.isAcknowledged())) {
                return false;
            }
        }
        return true;
    }

    void dropFrames() {
        frames.forEach(Frame::release);
        frames.clear();
        frameBytes = 0;
    }
}
