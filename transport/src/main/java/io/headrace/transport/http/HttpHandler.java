package io.headrace.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one connection's requests, one after the other: the next is read when the answer before it was taken, so that
 * who asks and does not listen costs one page. Each has a time from end to end, so that who speaks slowly does not keep
 * a place for long.
 */
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);
    private static final String JSON = "application/json;charset=utf-8";
    private static final String HTML = "text/html;charset=utf-8";
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private record Page(HttpResponseStatus status, String type, String text) {}

    private record Request(boolean good, HttpMethod method, String uri, boolean keepAlive) {}

    private final HttpPages pages;
    private final Executor blocking;
    private final long requestMillis;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private boolean answering;
    private Future<?> deadline;

    HttpHandler(HttpPages pages, Executor blocking, long requestMillis) {
        this.pages = pages;
        this.blocking = blocking;
        this.requestMillis = requestMillis;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        arm(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void arm(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = ctx.executor().schedule(() -> ctx.close(), requestMillis, TimeUnit.MILLISECONDS);
    }

    /** The answer was taken. */
    private void next(ChannelHandlerContext ctx) {
        arm(ctx);
        Request request = waiting.poll();
        if (request != null) {
            make(ctx, request);
        } else {
            answering = false;
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        ctx.channel().config().setAutoRead(false);
        boolean good = request.decoderResult().isSuccess();
        Request read = new Request(good, request.method(), request.uri(), good && HttpUtil.isKeepAlive(request));
        if (answering) {
            // One buffer may bring many; there are no more of them than fit into it.
            waiting.add(read);
        } else {
            answering = true;
            make(ctx, read);
        }
    }

    private void make(ChannelHandlerContext ctx, Request request) {
        blocking.execute(() -> {
            if (!request.good()) {
                send(ctx, request, plain(HttpResponseStatus.BAD_REQUEST));
                return;
            }
            try {
                send(ctx, request, page(request.method(), request.uri()));
            } catch (RuntimeException e) {
                LOG.error("page {} failed: {}", request.uri(), e.toString());
                LOG.debug("page {}", request.uri(), e);
                send(ctx, request, plain(HttpResponseStatus.INTERNAL_SERVER_ERROR));
            } catch (Error e) {
                // Who asked gets an answer; what the error means for the agent is for others to say.
                send(ctx, request, plain(HttpResponseStatus.INTERNAL_SERVER_ERROR));
                throw e;
            }
        });
    }

    private void send(ChannelHandlerContext ctx, Request request, Page page) {
        try {
            ctx.executor().execute(() -> answer(ctx, page, request.method(), request.keepAlive()));
        } catch (RejectedExecutionException stopped) {
            LOG.debug("{}: not answered, the agent has stopped", request.uri(), stopped);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException || cause instanceof CodecException) {
            // Of the peer's making: it went away, perhaps in the middle of what it said.
            LOG.debug("connection of {} ended", ctx.channel().remoteAddress(), cause);
        } else {
            LOG.warn("connection of {} failed: {}", ctx.channel().remoteAddress(), cause.toString());
            LOG.debug("where that was", cause);
        }
        ctx.close();
    }

    private Page page(HttpMethod method, String uri) {
        if (method.equals(HttpMethod.TRACE) || method.equals(HttpMethod.OPTIONS)) {
            // As Flume's server answers them.
            return plain(HttpResponseStatus.FORBIDDEN);
        }
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            return plain(HttpResponseStatus.METHOD_NOT_ALLOWED);
        }
        QueryStringDecoder query = new QueryStringDecoder(uri);
        String path;
        boolean nested;
        try {
            path = query.path();
            nested = isNested(query);
        } catch (IllegalArgumentException badEscape) {
            LOG.debug("{}: not answered", uri, badEscape);
            return plain(HttpResponseStatus.BAD_REQUEST);
        }
        return switch (path) {
            case "/" -> new Page(HttpResponseStatus.OK, HTML, index());
            case "/metrics" -> new Page(HttpResponseStatus.OK, JSON, nested ? pages.nestedMetrics() : pages.metrics());
            case "/metrics/prometheus" -> new Page(HttpResponseStatus.OK, PROMETHEUS, pages.prometheus());
            case "/health" -> health();
            default -> plain(HttpResponseStatus.NOT_FOUND);
        };
    }

    private boolean isNested(QueryStringDecoder query) {
        List<String> shapes = query.parameters().getOrDefault("shape", List.of());
        return shapes.contains("nested") || pages.isNestedByDefault() && !shapes.contains("flat");
    }

    private Page health() {
        HttpPages.HealthPage health = pages.health();
        return new Page(
                health.healthy() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, JSON, health.json());
    }

    private String index() {
        String name = escape(pages.agentName());
        return "<!DOCTYPE html><title>Headrace agent " + name + "</title><h1>Headrace agent " + name + "</h1><ul>"
                + "<li><a href=\"/metrics?shape=flat\">/metrics?shape=flat</a> as Flume shows them"
                + "<li><a href=\"/metrics?shape=nested\">/metrics?shape=nested</a> with numbers and times"
                + "<li><a href=\"/metrics/prometheus\">/metrics/prometheus</a>"
                + "<li><a href=\"/health\">/health</a></ul>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Page plain(HttpResponseStatus status) {
        return new Page(status, TEXT, status + "\n");
    }

    private void answer(ChannelHandlerContext ctx, Page page, HttpMethod method, boolean keepAlive) {
        ByteBuf body =
                ByteBufUtil.encodeString(ctx.alloc(), java.nio.CharBuffer.wrap(page.text()), StandardCharsets.UTF_8);
        int length = body.readableBytes();
        if (method.equals(HttpMethod.HEAD)) {
            body.clear();
        }
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, page.status(), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.type())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set("X-Content-Type-Options", "nosniff");
        if (keepAlive) {
            ctx.writeAndFlush(response).addListener(written -> {
                if (written.isSuccess()) {
                    next(ctx);
                } else {
                    ctx.close();
                }
            });
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
