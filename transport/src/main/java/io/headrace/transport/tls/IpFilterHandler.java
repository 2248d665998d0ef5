package io.headrace.transport.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The first handler of an accepted connection: asks an {@link IpFilter}, on a thread that may block where a name is needed,
 * and only then adds the handlers behind it and lets them know of the connection. What a refused peer sends is dropped.
 * One for each connection.
 */
public final class IpFilterHandler extends ChannelInboundHandlerAdapter {
    private final IpFilter filter;
    private final Executor resolver;
    private final Consumer<Channel> allowed;
    private final BiConsumer<Channel, String> refused;

    /**
     * @param resolver runs what may block
     * @param allowed adds the other handlers, on the event loop
     * @param refused told the rule; answers and closes, on the event loop
     */
    public IpFilterHandler(
            IpFilter filter, Executor resolver, Consumer<Channel> allowed, BiConsumer<Channel, String> refused) {
        this.filter = filter;
        this.resolver = resolver;
        this.allowed = allowed;
        this.refused = refused;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!(ctx.channel().remoteAddress() instanceof InetSocketAddress peer)) {
            // Gone already.
            ctx.close();
            return;
        }
        InetAddress address = peer.getAddress();
        if (!filter.needsName(address)) {
            decide(ctx, filter.refusal(address));
            return;
        }
        ctx.channel().config().setAutoRead(false);
        resolver.execute(() -> {
            Optional<String> rule = filter.refusal(address);
            ctx.executor().execute(() -> {
                decide(ctx, rule);
                ctx.channel().config().setAutoRead(true);
            });
        });
    }

    private void decide(ChannelHandlerContext ctx, Optional<String> rule) {
        if (!ctx.channel().isActive()) {
            return;
        }
        if (rule.isPresent()) {
            refused.accept(ctx.channel(), rule.get());
            return;
        }
        allowed.accept(ctx.channel());
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }
}
