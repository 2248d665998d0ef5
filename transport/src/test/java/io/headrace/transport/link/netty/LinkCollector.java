package io.headrace.transport.link.netty;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelSettings;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.ManagedChannel;
import io.headrace.transport.EventLoops;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A source {@code link}, a memory channel, and nobody who wants what comes; says its port, ends with its input. */
public final class LinkCollector {
    private LinkCollector() {}

    public static void main(String[] args) throws Exception {
        ManagedChannel channel = RealChannels.open(ChannelSettings.memory("to", 1_000_000), null);
        LinkSource source = new LinkSource(TestContext.source(
                EventLoops.open(), RealChannels.processor(channel), Map.of("bind", "127.0.0.1", "port", "0")));
        source.start();
        Thread drain = new Thread(() -> drain(channel));
        drain.setDaemon(true);
        drain.start();
        System.out.println(source.address().getPort());
        while (System.in.read() >= 0) {
            // Until whoever started it is gone.
            continue;
        }
        System.exit(0);
    }

    private static void drain(ManagedChannel channel) {
        Thread me = Thread.currentThread();
        ChannelConsumer consumer = channel.consumer("drain");
        consumer.setListener(() -> LockSupport.unpark(me));
        while (true) {
            Lease lease = consumer.tryLease(1_000_000, 8 << 20);
            if (lease == null) {
                LockSupport.park();
            } else {
                lease.commit();
            }
        }
    }
}
