package io.headrace.transport.avro;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.PutTicket;
import io.headrace.frame.Frame;
import io.headrace.transport.avro.AvroException.Kind;
import io.headrace.transport.avro.AvroRequest.Outcome;
import io.headrace.transport.tls.Refusals.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * One accepted connection: makes frames of the events of its requests as they come, puts the frames of a request when all
 * of it is there, and answers in the order of requests once the channels have acknowledged. While a channel is full, the
 * budget is used up or the peer doesn't read its answers, it does not read. Never waits (R2). On its event loop.
 */
final class AvroReceiver extends ChannelInboundHandlerAdapter implements RequestHandler {
    private static final int MAX_UNANSWERED = 1_024;
    private static final int ANSWERS = 256;

    /** After so many bytes of answers it is asked whether the peer reads them. */
    private static final int ANSWERS_AT_ONCE = 16 * 1024;

    private static final long SHORT_STALL_MILLIS = 5_000;

    private final AvroServer server;
    private final AvroLoop loop;
    private final RequestFrames frames;
    private final ArrayDeque<ByteBuf> inbound = new ArrayDeque<>();
    private final ArrayDeque<AvroRequest> unanswered = new ArrayDeque<>();
    private Channel channel;
    private RequestDecoder decoder;
    private AvroRequest current;
    private AvroRequest parked;
    private long held;
    private long progressNanos;
    private boolean working;
    private boolean leaving;
    private boolean closed;

    AvroReceiver(AvroServer server, AvroLoop loop) {
        this.server = server;
        this.loop = loop;
        this.frames = new RequestFrames(loop);
        this.progressNanos = loop.clock().nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        decoder = new RequestDecoder(
                this,
                channel.alloc(),
                loop.limits().eventBytes(),
                loop.options().maxRequestBytes());
        loop.join(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closed || leaving) {
            bytes.release();
            return;
        }
        progressNanos = loop.clock().nanoTime();
        if (bytes.nioBufferCount() != 1) {
            ByteBuf whole = ctx.alloc().directBuffer(bytes.readableBytes()).writeBytes(bytes);
            bytes.release();
            bytes = whole;
        }
        inbound.add(bytes);
        decodeAll();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        work();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            work();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        server.broke(ctx.channel(), cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        close();
    }

    /** Whether what lies before this handler should go on making bytes. */
    boolean wantsMore() {
        return inbound.isEmpty() && mayRead();
    }

    /** Reads requests as far as it may, answers what can be answered, and says whether more is wanted. */
    void work() {
        if (working || closed) {
            return;
        }
        working = true;
        try {
            do {
                decodeAll();
                answer();
            } while (!inbound.isEmpty() && mayRead());
        } finally {
            working = false;
        }
        if (closed) {
            return;
        }
        boolean more = mayRead();
        if (more != channel.config().isAutoRead()) {
            progressNanos = loop.clock().nanoTime();
            channel.config().setAutoRead(more);
            if (more) {
                channel.pipeline().fireUserEventTriggered(Wanted.MORE);
            }
        }
    }

    private void decodeAll() {
        try {
            while (!inbound.isEmpty() && mayRead()) {
                decodeSome();
            }
        } catch (AvroException e) {
            refuse(Reason.PROTOCOL, e.getMessage());
        }
    }

    private void decodeSome() {
        ByteBuf head = inbound.peek();
        int before = head.readableBytes();
        decoder.decode(head);
        loop.metrics().bytesReceived.add(before - head.readableBytes());
        if (!head.isReadable() && inbound.remove(head)) {
            head.release();
        }
        charge();
    }

    private boolean mayRead() {
        if (closed || leaving || parked != null || unanswered.size() >= MAX_UNANSWERED || !channel.isWritable()) {
            return false;
        }
        boolean holds = held > 0 || decoder.isInRequest();
        if (loop.budget().allows(this, holds)) {
            return true;
        }
        loop.awaitBudget();
        return loop.budget().allows(this, holds);
    }

    private void charge() {
        long now = frames.openBytes() + decoder.carriedBytes();
        now += current == null ? 0 : current.frameBytes();
        now += parked == null ? 0 : parked.frameBytes();
        held = loop.budget().change(held, closed ? 0 : now);
    }

    @Override
    public void onRequest(int serial) {
        current = new AvroRequest(serial);
        frames.begin(current);
    }

    @Override
    public boolean onHandshake(Handshake handshake) {
        boolean accepted = loop.greeting().accepts(handshake);
        current.greet(loop.greeting().answer(handshake));
        return accepted;
    }

    @Override
    public void onCall(Call call) {
        current.call(call);
    }

    @Override
    public void onEvent(EventReader event, AvroInput in) {
        frames.add(event, in);
    }

    @Override
    public void onRefused(AvroException why) {
        frames.discard();
        current.refuse(why.kind() == Kind.FAILED ? Outcome.FAILED : Outcome.ERROR, why.getMessage());
        loop.metrics().requestsFailed.increment();
        loop.metrics().source.readFailed();
        loop.refusals().refused(Reason.PROTOCOL, channel.remoteAddress(), why.getMessage());
    }

    @Override
    public void onEnd() {
        frames.end();
        AvroRequest request = current;
        current = null;
        unanswered.add(request);
        if (request.outcome() == Outcome.OK) {
            countReceived(request);
            if (loop.isQueueing()) {
                park(request, null);
            } else {
                put(request);
            }
        }
        if (parked == null) {
            loop.budget().ended(this);
        }
    }

    private void countReceived(AvroRequest request) {
        if (request.call() == Call.APPEND) {
            loop.metrics().source.appendReceived();
        } else {
            loop.metrics().source.batchReceived(request.events());
        }
    }

    private void put(AvroRequest request) {
        Frame frame = request.nextFrame();
        while (frame != null) {
            PutTicket ticket = loop.processor().newTicket();
            PutStatus status;
            try {
                status = loop.processor().tryPut(loop.input(), 0, frame, true, ticket);
            } catch (RuntimeException e) {
                loop.metrics().source.processingFailed();
                loop.errors().accept(e);
                fail(request, "batch could not be put: " + e);
                return;
            }
            switch (status) {
                case ACCEPTED, DUPLICATE -> request.framePut(ticket);
                case FULL -> {
                    park(request, ticket.fullChannel());
                    return;
                }
                default -> {
                    String name = ticket.fullChannel() == null
                            ? ""
                            : ticket.fullChannel().name();
                    fail(request, "channel " + name + " takes nothing now");
                    return;
                }
            }
            frame = request.nextFrame();
        }
        if (request.call() == Call.APPEND) {
            loop.metrics().source.appendAccepted();
        } else {
            loop.metrics().source.batchAccepted(request.events());
        }
    }

    private void park(AvroRequest request, io.headrace.engine.channel.Channel full) {
        parked = request;
        if (request.countOnce()) {
            loop.metrics().requestsParked.increment();
            loop.metrics().source.channelWriteFailed();
        }
        loop.park(this, full);
    }

    private void fail(AvroRequest request, String why) {
        request.refuse(Outcome.FAILED, why);
        loop.metrics().requestsFailed.increment();
        loop.metrics().source.channelWriteFailed();
    }

    /** A channel that was full may have room. */
    void roomCame() {
        AvroRequest request = parked;
        if (closed || request == null) {
            return;
        }
        parked = null;
        if (loop.isQueueing()) {
            park(request, null);
        } else {
            put(request);
        }
        if (parked == null) {
            loop.budget().ended(this);
        }
        charge();
        work();
    }

    /** Answers what can be answered, in order. */
    private void answer() {
        if (closed || unanswered.isEmpty()) {
            return;
        }
        writeAnswers();
        if (!unanswered.isEmpty()) {
            loop.awaitAnswers(this);
            writeAnswers();
        }
        if (unanswered.isEmpty() && leaving) {
            close();
        }
    }

    /** Writes answers as long as the peer reads them; the rest when it does again. */
    private void writeAnswers() {
        boolean written = true;
        while (written && !closed) {
            written = false;
            while (channel.isWritable() && isHeadAnswerable()) {
                ByteBuf out = channel.alloc().directBuffer(ANSWERS);
                while (out.readableBytes() < ANSWERS_AT_ONCE && isHeadAnswerable()) {
                    Answers.write(out, unanswered.poll());
                }
                channel.write(out, channel.voidPromise());
                written = true;
            }
            if (written) {
                // What the system takes of it makes room at once, and nobody else would come back for the rest.
                channel.flush();
            }
        }
    }

    private boolean isHeadAnswerable() {
        AvroRequest head = unanswered.peek();
        return head != null && head.isAnswerable(loop.options().level());
    }

    /** Takes nothing more, answers what is in the channels, then closes. */
    void goAway() {
        leaving = true;
        if (parked != null) {
            fail(parked, "stopping");
            parked = null;
        }
        releaseInbound();
        if (unanswered.isEmpty()) {
            close();
        } else {
            answer();
        }
    }

    void checkTime(long now) {
        long silent = TimeUnit.NANOSECONDS.toMillis(now - progressNanos);
        if (!channel.config().isAutoRead()) {
            return;
        }
        if (decoder.isInRequest()) {
            long most = loop.budget().isOver()
                    ? Math.min(SHORT_STALL_MILLIS, loop.options().stallMillis())
                    : loop.options().stallMillis();
            if (silent >= most) {
                refuse(
                        Reason.TIMEOUT,
                        "request half received, nothing more for " + silent + " ms (expected: its rest)");
            }
        } else if (loop.options().idleMillis() > 0
                && unanswered.isEmpty()
                && silent >= loop.options().idleMillis()) {
            close();
        }
    }

    private void refuse(Reason reason, String why) {
        if (!closed) {
            loop.refusals().refused(reason, channel.remoteAddress(), why);
            close();
        }
    }

    /** Ends the connection: what is not in the channels is dropped, the peer has no answer for it. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.leave(this);
        frames.close();
        decoder.close();
        if (current != null) {
            current.dropFrames();
        }
        if (parked != null) {
            parked.dropFrames();
        }
        current = null;
        parked = null;
        unanswered.clear();
        releaseInbound();
        charge();
        loop.budget().ended(this);
        channel.close();
    }

    private void releaseInbound() {
        ByteBuf bytes = inbound.poll();
        while (bytes != null) {
            bytes.release();
            bytes = inbound.poll();
        }
    }
}
