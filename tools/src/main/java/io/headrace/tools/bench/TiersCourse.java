package io.headrace.tools.bench;

import io.headrace.transport.link.netty.LinkSink;
import io.headrace.transport.link.netty.LinkSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two tiers in one process: producers, a channel, the sink {@code link}, loopback, the source {@code link}, a channel, a sink
 * that verifies. Each end of the link has event loops of its own, as in two agents.
 */
final class TiersCourse implements Course {
    private final BenchSettings settings;
    private CourseChannel near;
    private CourseChannel far;
    private VerifyingSink last;
    private BenchmarkContext sourceContext;
    private BenchmarkContext sinkContext;
    private LinkSource source;
    private LinkSink sink;

    TiersCourse(BenchSettings settings, ProducerIds ids, BenchFolder folder) throws Exception {
        this.settings = settings;
        try {
            openFar(ids, folder);
            openNear(folder);
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void openFar(ProducerIds ids, BenchFolder folder) throws Exception {
        far = CourseChannel.open("far", settings, folder);
        last = VerifyingSink.start(far.consumer("last"), ids);
        sourceContext = BenchmarkContext.ofSource(
                "receive",
                Map.of("bind", "127.0.0.1", "port", "0"),
                far.channel().processor());
        source = new LinkSource(sourceContext);
        source.start();
    }

    private void openNear(BenchFolder folder) throws IOException {
        near = CourseChannel.open("near", settings, folder);
        Map<String, String> keys = new HashMap<>();
        keys.put("hostname", "127.0.0.1");
        keys.put("port", Integer.toString(source.address().getPort()));
        keys.put("window", Long.toString(settings.window()));
        keys.put("connections", Integer.toString(settings.connections()));
        sinkContext = BenchmarkContext.ofSink("send", keys, near.consumer("send"));
        sink = new LinkSink(sinkContext);
        sink.start();
    }

    @Override
    public Entry newEntry() {
        return near.newEntry(settings.inFlightFrames());
    }

    @Override
    public Arrivals arrivals() {
        return last.arrivals();
    }

    @Override
    public void checkFailure() {
        near.checkFailure();
        far.checkFailure();
        last.checkFailure();
        sourceContext.checkFailure();
        sinkContext.checkFailure();
    }

    @Override
    public String waitingFor() {
        String reason = far.waitingFor();
        if (reason == null) {
            reason = near.waitingFor();
        }
        if (reason == null) {
            reason = sourceContext.reason();
        }
        return reason == null ? sinkContext.reason() : reason;
    }

    @Override
    public void finish(Sent sent, Report report) throws Exception {
        near.awaitDelivered(sent.events());
        stopLink();
        last.close();
        last.checkFailure();
        last.check().report(sent, report);
        near.finish(sent, report);
        far.finish(sent, report);
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.putAll(near.counters("near."));
        counters.putAll(far.counters("far."));
        counters.put("link.acks", sourceContext.metric("AckSentCount"));
        counters.put("link.creditStalls", sinkContext.metric("CreditStallCount"));
        return counters;
    }

    private void stopLink() {
        if (sink != null) {
            sink.stop();
            sink = null;
        }
        if (source != null) {
            source.stop();
            source = null;
        }
    }

    @Override
    public void close() {
        stopLink();
        if (last != null) {
            last.close();
        }
        if (near != null) {
            near.close();
        }
        if (far != null) {
            far.close();
        }
        if (sinkContext != null) {
            sinkContext.close();
        }
        if (sourceContext != null) {
            sourceContext.close();
        }
    }
}
