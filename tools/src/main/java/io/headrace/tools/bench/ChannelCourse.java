package io.headrace.tools.bench;

import io.headrace.engine.channel.ChannelConsumer;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Producers, a channel, a sink that verifies. */
final class ChannelCourse implements Course {
    private final BenchSettings settings;
    private final CourseChannel channel;
    private final VerifyingSink sink;

    ChannelCourse(BenchSettings settings, ProducerIds ids, BenchFolder folder) throws IOException {
        this(settings, ids, folder, UnaryOperator.identity());
    }

    /**
     * @param tap what the sink takes from instead of the channel's own consumer, to break it on purpose
     */
    ChannelCourse(BenchSettings settings, ProducerIds ids, BenchFolder folder, UnaryOperator<ChannelConsumer> tap)
            throws IOException {
        this.settings = settings;
        this.channel = CourseChannel.open("bench", settings, folder);
        this.sink = VerifyingSink.start(tap.apply(channel.consumer("sink")), ids);
    }

    @Override
    public Entry newEntry() {
        return channel.newEntry(settings.inFlightFrames());
    }

    @Override
    public Arrivals arrivals() {
        return sink.arrivals();
    }

    @Override
    public void checkFailure() {
        channel.checkFailure();
        sink.checkFailure();
    }

    @Override
    public String waitingFor() {
        return channel.waitingFor();
    }

    @Override
    public void finish(Sent sent, Report report) {
        sink.close();
        sink.checkFailure();
        sink.check().report(sent, report);
        channel.finish(sent, report);
    }

    @Override
    public Map<String, Long> counters() {
        return channel.counters("");
    }

    @Override
    public void close() {
        sink.close();
        channel.close();
    }
}
