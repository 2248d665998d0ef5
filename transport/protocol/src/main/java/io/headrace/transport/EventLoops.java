package io.headrace.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of an agent, shared by all of its network components, with epoll where it is there. One thread that
 * asks for the addresses of names goes with them, because nothing may block a loop (R2). Safe for any thread.
 */
public final class EventLoops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
    private static final int MOST_LOOPS = 8;
    private static final long STOP_MILLIS = 3_000;

    /** Whether this process has said that it goes on without epoll. */
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final boolean epoll;
    private final ExecutorService resolver;

    /** As many loops as the machine is good for: one on up to 2 cores, then half the cores. */
    public static EventLoops open() {
        return new EventLoops(loopsFor(Runtime.getRuntime().availableProcessors()));
    }

    public EventLoops(int count) {
        epoll = Epoll.isAvailable();
        if (!epoll && TOLD.compareAndSet(false, true)) {
            LOG.info("epoll is not available here, using NIO: {}", explain(Epoll.unavailabilityCause()));
        }
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("headrace-loop", true), factory);
        for (EventExecutor executor : group) {
            loops.add((EventLoop) executor);
        }
        resolver = oneThread("headrace-resolver");
    }

    /** One thread, first in, first out, that ends while there is nothing to do. */
    public static ExecutorService oneThread(String name) {
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DefaultThreadFactory(name, true));
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    static String explain(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("failed to map segment")
                ? message + " (a folder mounted noexec? -Dio.netty.native.workdir=FOLDER names another one)"
                : message;
    }

    static int loopsFor(int cores) {
        return cores <= 2 ? 1 : Math.min(MOST_LOOPS, cores / 2);
    }

    public EventLoopGroup group() {
        return group;
    }

    /** All loops, in an order that does not change. */
    public List<EventLoop> loops() {
        return loops;
    }

    /** A loop, in turn. */
    public EventLoop next() {
        return group.next();
    }

    /** Where names are turned into addresses, which may block. */
    public ExecutorService resolver() {
        return resolver;
    }

    public boolean isEpoll() {
        return epoll;
    }

    public Class<? extends SocketChannel> socketChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    public Class<? extends ServerSocketChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * For all channels of these loops: Netty's adaptive one unless {@code -Dio.netty.allocator.type} says otherwise; {@code
     * transport/PROTOCOL.md} has the numbers.
     */
    public ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    /** Ends the loops; connections that are still open are closed. */
    @Override
    public void close() {
        resolver.shutdown();
        if (!group.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * STOP_MILLIS)) {
            LOG.warn("event loops did not end within {} ms", 2 * STOP_MILLIS);
        }
    }
}
