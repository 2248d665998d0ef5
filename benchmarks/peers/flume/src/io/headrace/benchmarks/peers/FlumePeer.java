package io.headrace.benchmarks.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.apache.flume.Channel;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.Transaction;
import org.apache.flume.channel.file.FileChannel;
import org.apache.flume.conf.Configurables;
import org.apache.flume.event.EventBuilder;

/**
 * Flume's file channel with its defaults, which sync at each commit: producers put transactions of 100 events, sinks
 * take and commit transactions of 100. The time ends with the last commit of a put. Then the channel is emptied, and
 * number and checksums of what came out must agree.
 */
public final class FlumePeer implements PeerWork {
    private static final int TRANSACTION_EVENTS = 100;

    private final Path folder;
    private final FileChannel channel = new FileChannel();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong takenChecksums = new AtomicLong();
    private volatile long expected;

    private FlumePeer(Path folder) throws Exception {
        this.folder = folder;
        Context context = new Context();
        context.put(
                "checkpointDir",
                Files.createDirectory(folder.resolve("checkpoint")).toString());
        context.put("dataDirs", Files.createDirectory(folder.resolve("data")).toString());
        channel.setName("c");
        Configurables.configure(channel, context);
        channel.start();
    }

    /**
     * @param arguments the folder to write in
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(new FlumePeer(Path.of(arguments[0])));
    }

    @Override
    public Map<String, String> run(Order order) throws Exception {
        int producers = (int) order.number("producers");
        int eventBytes = (int) order.number("eventBytes");
        long transactions = order.number("events") / TRANSACTION_EVENTS / producers;
        long events = transactions * producers * TRANSACTION_EVENTS;
        Bodies bodies = new Bodies(eventBytes);
        taken.set(0);
        takenChecksums.set(0);
        expected = events;
        AtomicLong putChecksums = new AtomicLong();
        Workers taking = new Workers();
        for (long i = 0; i < order.number("sinks"); i++) {
            taking.start("sink-" + i, this::take);
        }
        Workers puts = new Workers();
        Stopwatch watch = Stopwatch.start(folder);
        for (int i = 0; i < producers; i++) {
            puts.start("producer-" + i, () -> putChecksums.addAndGet(put(bodies, transactions)));
        }
        puts.await();
        Map<String, String> figures = watch.stop(events, events * eventBytes);
        if (order.number("sinks") == 0) {
            take();
        }
        taking.await();
        if (taken.get() != events || takenChecksums.get() != putChecksums.get()) {
            throw new IllegalStateException("taken: " + taken + ", checksums " + takenChecksums + " (expected: "
                    + events + ", " + putChecksums + ")");
        }
        return figures;
    }

    @Override
    public void close() {
        channel.stop();
    }

    private long put(Bodies bodies, long transactions) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < bodies.count(); i++) {
            events.add(EventBuilder.withBody(bodies.copy(i)));
        }
        long checksums = 0;
        int next = 0;
        for (long i = 0; i < transactions; i++) {
            Transaction transaction = channel.getTransaction();
            transaction.begin();
            for (int j = 0; j < TRANSACTION_EVENTS; j++) {
                channel.put(events.get(next));
                checksums += bodies.checksum(next);
                next = next + 1 == bodies.count() ? 0 : next + 1;
            }
            transaction.commit();
            transaction.close();
        }
        return checksums;
    }

    private void take() {
        CRC32C crc = new CRC32C();
        while (taken.get() < expected) {
            Transaction transaction = channel.getTransaction();
            transaction.begin();
            int count = 0;
            long checksums = 0;
            while (count < TRANSACTION_EVENTS) {
                Event event = ((Channel) channel).take();
                if (event == null) {
                    break;
                }
                crc.reset();
                crc.update(event.getBody());
                checksums += (int) crc.getValue();
                count++;
            }
            transaction.commit();
            transaction.close();
            takenChecksums.addAndGet(checksums);
            taken.addAndGet(count);
            if (count == 0) {
                // The channel's take doesn't wait: the sink would take a core from the producers.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }
}
