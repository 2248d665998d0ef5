package io.headrace.client;

import io.headrace.frame.EventTooLargeException;
import io.headrace.frame.FrameLayout;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.transport.EventLoops;
import io.headrace.transport.link.LinkSender;
import io.headrace.transport.link.LinkSenderOptions;
import io.headrace.transport.net.CongestionControl;
import io.headrace.transport.net.DialTarget;
import io.headrace.transport.net.LoopDriver;
import io.headrace.transport.net.PlainTokens;
import io.headrace.transport.net.SocketDialer;
import io.headrace.transport.tls.TlsContext;
import io.headrace.wal.StreamId;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events of an application to sources {@code link}. An append returns when the event stands in the client's memory; its
 * future ends when the collector has acknowledged the event, as the source's {@code ack} says. After a broken connection
 * what has no acknowledgement is sent again and the collector drops what it has already, so that nothing is lost or
 * doubled while the application lives; what moves to another collector may be at both, and is {@linkplain
 * ClientStatus#moved() counted}. Nothing outlives the process: who ends it without {@link #close} loses what is pending.
 *
 * <p>With several hosts the client sends to the first that works, in their order, or with {@link
 * EventClientBuilder#loadBalance()} to all that work, appends in turn; then order holds for each host only.
 *
 * <p>Safe for any thread. What depends on a future runs on one thread of the client, in the order of acknowledgements, and
 * should not block for long: what is acknowledged meanwhile waits for it, counts as pending, and appends wait when that is
 * {@code maxPendingBytes}. It may append itself.
 */
public final class EventClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventClient.class);
    private static final int BATCH_EVENTS = 10_000;
    private static final long BATCH_BYTES = 1024 * 1024;
    private static final long BACKOFF_MILLIS = 100;
    private static final long GOODBYE_MILLIS = 1_000;

    /** What an event takes besides its bytes: prefix, future, and its place among others. */
    private static final long BESIDE_EVENT = 64;

    private final ClientSettings settings;
    private final EventLoops loops = new EventLoops(1);
    private final EventLoop loop = loops.next();
    private final ExecutorService callbacks = EventLoops.oneThread("headrace-client-callbacks");
    private final LoopDriver driver = new LoopDriver(loop, this::broke);
    private final ShownToken token;
    private final PendingBudget pending;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<FrameQueue> queues = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicLong moved = new AtomicLong();
    private volatile boolean incomplete;

    /** The one that ends futures, once it did. */
    private volatile Thread teller;

    private boolean closed;

    EventClient(ClientSettings settings) {
        this.settings = settings;
        this.token = new ShownToken(settings.token());
        this.pending = new PendingBudget(settings.maxPendingBytes());
        SecureRandom random = new SecureRandom();
        if (settings.balances()) {
            for (int i = 0; i < settings.hosts().size(); i++) {
                int host = i;
                addLane(List.of(settings.hosts().get(i)), () -> host, random);
            }
        } else {
            addLane(settings.hosts(), () -> lanes.get(0).host(), random);
        }
        driver.start(new Lanes());
    }

    /** Begins with a client for {@code HOST:PORT}, several of them in the order in which they are preferred. */
    public static EventClientBuilder to(String... hosts) {
        return new EventClientBuilder(hosts);
    }

    private void addLane(List<InetSocketAddress> hosts, IntSupplier host, SecureRandom random) {
        Lane lane = new Lane(hosts.stream().map(this::dialer).toList());
        FrameQueue queue = new FrameQueue(
                new StreamId(random.nextLong(), random.nextLong()),
                random.nextLong(),
                settings.shared(),
                new FrameLimits(BATCH_EVENTS, FrameLayout.DEFAULT_FRAME_BYTES, settings.maxEventBytes()),
                loops.allocator(),
                host,
                this::delivered,
                frame -> moved.addAndGet(frame.frame.eventCount()));
        LinkSenderOptions options = new LinkSenderOptions(
                settings.name(),
                "client",
                token::now,
                BATCH_EVENTS,
                BATCH_BYTES,
                settings.windowBytes(),
                settings.connectTimeoutMillis(),
                settings.requestTimeoutMillis(),
                BACKOFF_MILLIS,
                settings.maxBackoffMillis(),
                settings.maxBackoffMillis(),
                null);
        lane.attach(new LinkSender(options, queue, lane, System::nanoTime, random::nextLong, lane, NoCounts.INSTANCE));
        queues.add(queue);
        lanes.add(lane);
    }

    private SocketDialer dialer(InetSocketAddress host) {
        TlsContext tls = settings.tls();
        return new SocketDialer(
                loops,
                loop,
                new DialTarget(
                        host.getHostString(),
                        host.getPort(),
                        settings.connectTimeoutMillis(),
                        false,
                        CongestionControl.AUTO),
                channel -> {
                    if (tls != null) {
                        channel.pipeline()
                                .addLast(tls.newHandler(channel.alloc(), host.getHostString(), host.getPort()));
                    }
                },
                PlainTokens.objection(tls != null, settings.plainToken(), token::isSet),
                this::lookAtFiles,
                driver::wake);
    }

    /** Before each connection, on the thread that may block. */
    private void lookAtFiles() {
        token.ask();
        if (settings.tls() != null) {
            settings.tls().checkFiles(new TlsContext.Listener() {
                @Override
                public void reloaded(String what) {
                    LOG.info("TLS files have changed, new connections use them: {}", what);
                }

                @Override
                public void notReloaded(IOException why) {
                    LOG.warn("TLS files have changed and cannot be used: {}", why.getMessage());
                }
            });
        }
    }

    /** Appends an event without headers; see {@link #append(Event)}. */
    public CompletableFuture<Void> append(byte[] body) throws InterruptedException {
        return append(new Event(body));
    }

    /**
     * Appends an event. While {@code maxPendingBytes} are pending it waits for room, as long as {@code appendTimeout} says.
     *
     * @return ends when the event is acknowledged, or exceptionally when the client is closed before
     * @throws ClientException when there is no room in time, or the client is closed; the event is not taken
     * @throws EventTooLargeException when it is larger than {@code maxEventBytes}
     */
    public CompletableFuture<Void> append(Event event) throws InterruptedException {
        return appendBatch(List.of(event));
    }

    /**
     * Appends events, all or none, next to each other and in order, to one collector; one future stands for all. They count
     * as one append: a batch is let in when there is room, however long it is.
     *
     * @see #append(Event)
     */
    public CompletableFuture<Void> appendBatch(List<Event> events) throws InterruptedException {
        List<Headers> headers = new ArrayList<>(events.size());
        List<byte[]> bodies = new ArrayList<>(events.size());
        long bytes = 0;
        for (Event event : events) {
            Headers own = Headers.of(event.headers());
            byte[] body = Objects.requireNonNull(event.body(), "body");
            if ((long) own.encodedLength() + body.length > settings.maxEventBytes()) {
                throw new EventTooLargeException((long) own.encodedLength() + body.length, settings.maxEventBytes());
            }
            headers.add(own);
            bodies.add(body);
            bytes += FrameQueue.charge(own, body, BESIDE_EVENT);
        }
        if (events.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        takeRoom(bytes, events.size());
        Append append = new Append(events.size(), bytes);
        try {
            nextQueue().add(append, headers, bodies, BESIDE_EVENT);
        } catch (RuntimeException | Error e) {
            pending.giveBack(bytes, events.size());
            throw e;
        }
        try {
            driver.wake();
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: its future has ended with that.
            LOG.debug("an append was overtaken by the end of the client", e);
        }
        return append.future;
    }

    private void takeRoom(long bytes, int events) throws InterruptedException {
        long millis = settings.appendTimeoutMillis();
        boolean taken = Thread.currentThread() == teller
                ? pending.takeForTeller(bytes, events, millis)
                : pending.take(bytes, events, millis);
        if (!taken) {
            throw new ClientException(pending.held() + ", and there was no room within " + millis + " ms"
                    + " (expected: a collector that takes events, and callbacks that end" + because() + ")");
        }
    }

    /** In turn, those that work before others. */
    private FrameQueue nextQueue() {
        int first = Math.floorMod(turn.getAndIncrement(), lanes.size());
        for (int i = 0; i < lanes.size(); i++) {
            int lane = (first + i) % lanes.size();
            if (lanes.get(lane).isUp()) {
                return queues.get(lane);
            }
        }
        return queues.get(first);
    }

    private void delivered(PendingFrame frame) {
        List<Append> ended = new ArrayList<>(frame.parts.size());
        long toTell = 0;
        for (PendingFrame.Part part : frame.parts) {
            if (part.append().acknowledged(part.events())) {
                ended.add(part.append());
                toTell += part.append().bytes;
            }
        }
        pending.acknowledged(frame.bytes, frame.frame.eventCount(), toTell);
        frame.frame.release();
        for (Append append : ended) {
            callbacks.execute(() -> tell(append));
        }
    }

    private void tell(Append append) {
        pending.told(append.bytes);
        teller = Thread.currentThread();
        append.future.complete(null);
    }

    /** How it fares. */
    public ClientStatus status() {
        return pending.status(moved.get(), trouble());
    }

    private String trouble() {
        return String.join(
                "; ",
                lanes.stream().map(Lane::trouble).filter(why -> !why.isEmpty()).toList());
    }

    private String because() {
        String trouble = trouble();
        return trouble.isEmpty() ? "" : "; " + trouble;
    }

    /** As {@link #close(Duration)} with {@code closeTimeout}; logs what is not acknowledged. */
    @Override
    public void close() {
        try {
            close(Duration.ofMillis(settings.closeTimeoutMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes no more events, waits until all are acknowledged, and ends. The futures of those that are not by then end with
     * a {@link ClientException}; a collector may have them all the same.
     *
     * @return whether all are acknowledged
     * @throws InterruptedException when the waiting was interrupted; the client is closed all the same
     */
    public synchronized boolean close(Duration timeout) throws InterruptedException {
        if (closed) {
            return !incomplete;
        }
        closed = true;
        pending.close();
        try {
            pending.awaitEmpty(timeout.toMillis());
        } finally {
            driver.stop(GOODBYE_MILLIS);
            // Without the loop, whoever was interrupted and did not wait for it: what is leased is nobody's then.
            loops.close();
            abandon("not acknowledged when the client was closed" + because());
            callbacks.shutdown();
            // What hangs on the last futures may end the process with it.
            callbacks.awaitTermination(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return !incomplete;
    }

    /** The loop has ended, or ends its work with this. */
    private void abandon(String why) {
        long events = 0;
        for (FrameQueue queue : queues) {
            for (PendingFrame frame : queue.close()) {
                events += frame.frame.eventCount();
                pending.dropped(frame.bytes, frame.frame.eventCount());
                frame.frame.release();
                for (PendingFrame.Part part : frame.parts) {
                    callbacks.execute(() -> part.append().future.completeExceptionally(new ClientException(why)));
                }
            }
        }
        if (events > 0) {
            incomplete = true;
            LOG.warn("{} events {}", events, why);
        }
    }

    private void broke(Throwable cause) {
        LOG.error("the client has failed, it sends nothing more", cause);
        pending.close();
        abandon("lost by a failure of the client: " + cause);
    }

    private final class Lanes implements LoopDriver.Driven {
        @Override
        public boolean doWork() {
            boolean more = false;
            for (Lane lane : lanes) {
                more |= lane.sender().doWork() > 0;
            }
            if (lanes.size() > 1) {
                more |= moveFromThoseThatAreDown();
            }
            return more;
        }

        /** What waits for a host that cannot be reached goes to one that can. */
        private boolean moveFromThoseThatAreDown() {
            boolean any = false;
            for (int i = 0; i < lanes.size(); i++) {
                if (!lanes.get(i).isUp()) {
                    for (int other = 0; other < lanes.size(); other++) {
                        int to = (i + 1 + other) % lanes.size();
                        if (lanes.get(to).isUp()) {
                            List<PendingFrame> given = queues.get(i).giveUp();
                            queues.get(to).take(given);
                            any |= !given.isEmpty();
                            break;
                        }
                    }
                }
            }
            return any;
        }

        @Override
        public void drain() {
            lanes.forEach(lane -> lane.sender().drain());
        }

        @Override
        public boolean isDrained() {
            return lanes.stream().allMatch(lane -> lane.sender().isDrained());
        }

        @Override
        public void close() {
            lanes.forEach(lane -> lane.sender().close());
        }
    }

    /** What a setting of time is in milliseconds. */
    static int millis(Duration time, String name) {
        long millis = time.toMillis();
        if (millis < 0 || millis > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": " + time + " (expected: 0 to " + Integer.MAX_VALUE + " ms)");
        }
        return (int) millis;
    }
}
