package io.headrace.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flume.Channel;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.Transaction;
import org.apache.flume.channel.MemoryChannel;
import org.apache.flume.channel.SpillableMemoryChannel;
import org.apache.flume.channel.file.FileChannel;
import org.apache.flume.conf.Configurables;
import org.apache.flume.event.EventBuilder;

/**
 * One of Flume's channels: {@code memory}; {@code spillable}, whose memory suffices and which has no overflow, so that
 * nothing is ever synced; {@code spilling}, the same with its default of memory and overflow; or {@code file} with its
 * defaults. The latter two sync at each commit to a file. A transaction is a batch, as
 * large as the channel allows. Events are made before, over and over: the channel passes references on and copies nothing.
 * With {@code copies} each is made anew of a copy of its body, as by a source that has just read it.
 */
public final class FlumeChannelPeer extends ChannelPeer {
    private static final int CAPACITY = 200_000;
    /** What a file channel may hold; its default. */
    private static final int FILE_CAPACITY = 1_000_000;
    /** Of a taker that finds nothing, and of a putter that finds no room, in seconds. */
    private static final int KEEP_ALIVE_SECONDS = 1;

    private byte[][] bodies;
    private Event[] events;
    private Channel channel;
    private int folders;

    private FlumeChannelPeer(Path folder) {
        super(folder);
    }

    /**
     * @param arguments the folder to write in; an order, when it is to be done once
     */
    public static void main(String[] arguments) throws Exception {
        PeerServer.serve(arguments, FlumeChannelPeer::new);
    }

    @Override
    protected void open(ChannelWork work, Bodies with) throws IOException {
        bodies = new byte[with.count()][];
        events = new Event[with.count()];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = with.copy(i);
            events[i] = EventBuilder.withBody(bodies[i]);
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("transactionCapacity", Integer.toString(Math.max(work.batch(), 100)));
        settings.put("keep-alive", Integer.toString(KEEP_ALIVE_SECONDS));
        channel = channel(work.kind(), settings);
        channel.setName("c");
        Configurables.configure(channel, new Context(settings));
        channel.start();
    }

    private Channel channel(String kind, Map<String, String> settings) throws IOException {
        switch (kind) {
            case "memory":
                settings.put("capacity", Integer.toString(CAPACITY));
                return new MemoryChannel();
            case "spillable":
                settings.put("memoryCapacity", Integer.toString(CAPACITY));
                settings.put("overflowCapacity", "0");
                addFolders(settings);
                return new SpillableMemoryChannel();
            case "spilling":
                addFolders(settings);
                return new SpillableMemoryChannel();
            case "file":
                settings.put("capacity", Integer.toString(FILE_CAPACITY));
                addFolders(settings);
                return new FileChannel();
            default:
                throw new IllegalArgumentException(
                        "kind: " + kind + " (expected: memory, spillable, spilling or file)");
        }
    }

    private void addFolders(Map<String, String> settings) throws IOException {
        Path own = Files.createDirectory(folder().resolve("channel-" + folders++));
        settings.put(
                "checkpointDir",
                Files.createDirectory(own.resolve("checkpoint")).toString());
        settings.put("dataDirs", Files.createDirectory(own.resolve("data")).toString());
    }

    @Override
    protected Putter putter(ChannelWork work, int producer) {
        boolean copies = work.copies();
        return (body, count) -> {
            Transaction transaction = channel.getTransaction();
            transaction.begin();
            int next = body;
            for (int i = 0; i < count; i++) {
                channel.put(copies ? EventBuilder.withBody(bodies[next].clone()) : events[next]);
                next = next + 1 == bodies.length ? 0 : next + 1;
            }
            transaction.commit();
            transaction.close();
        };
    }

    @Override
    protected Taker taker(ChannelWork work, int sink) {
        int batch = work.batch();
        boolean rests = work.kind().equals("file");
        return sum -> {
            Transaction transaction = channel.getTransaction();
            transaction.begin();
            int count = 0;
            while (count < batch) {
                Event event = channel.take();
                if (event == null) {
                    break;
                }
                sum.add(BodySum.of(event.getBody()));
                count++;
            }
            transaction.commit();
            transaction.close();
            if (count == 0 && rests) {
                // A file channel's take doesn't wait: the sink would take a core from the producers.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            return count;
        };
    }

    @Override
    protected void closeChannel() {
        channel.stop();
    }
}
