package io.headrace.transport.chaos;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Stands between senders and a receiver and does to each connection what its plan says. Its connections live on one
 * event loop of NIO; its methods may be called by any other thread, and wait for the loop.
 */
final class ChaosProxy implements AutoCloseable {
    private final EventLoop loop;
    private final IntFunction<ChaosPlan> plans;
    private final Line line;
    private final Channel listening;
    private final List<ChaosConnection> connections = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private int made;
    private volatile InetSocketAddress target;
    private volatile String failure;

    /** @param plans by number of the connection, from 0 */
    ChaosProxy(EventLoop loop, IntFunction<ChaosPlan> plans, Line line) throws InterruptedException {
        this.loop = loop;
        this.plans = plans;
        this.line = line;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel sender) {
                        loop.execute(() -> accepted(sender));
                    }
                });
        listening = bootstrap.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    }

    /** Where senders connect. */
    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Where connections from now on go. */
    void target(InetSocketAddress receiver) {
        target = receiver;
    }

    private void accepted(Channel sender) {
        int number = made++;
        ChaosPlan plan = plans.apply(number);
        if (plan.refused()) {
            struck(Fault.REFUSE, "connection " + number + ": refused");
            sender.close();
            return;
        }
        ChannelFuture dialled = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target);
        dialled.addListener(done -> {
            if (done.isSuccess() && listening.isOpen()) {
                connections.removeIf(ChaosConnection::isOver);
                connections.add(new ChaosConnection(this, number, sender, dialled.channel(), plan, line));
            } else {
                sender.close();
                dialled.channel().close();
            }
        });
    }

    void struck(Fault fault, String what) {
        counts.merge(fault, 1L, Long::sum);
        trace.add(what);
    }

    /** A mistake of the proxy itself. */
    void failed(String what) {
        trace.add(what);
        failure = what;
    }

    /** What went wrong in the proxy itself, or null. */
    String failure() {
        return failure;
    }

    /** Bytes that have yet to leave for either end. */
    long waitingBytes() {
        return loop.submit(() -> connections.stream()
                        .mapToLong(ChaosConnection::waitingBytes)
                        .sum())
                .syncUninterruptibly()
                .getNow();
    }

    /** How often each fault struck. */
    Map<Fault, Long> counts() {
        return loop.submit(() -> new EnumMap<>(counts)).syncUninterruptibly().getNow();
    }

    /** What was done, in order. */
    List<String> trace() {
        return loop.submit(() -> List.copyOf(trace)).syncUninterruptibly().getNow();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loop.submit(() -> connections.forEach(ChaosConnection::close)).syncUninterruptibly();
    }
}
