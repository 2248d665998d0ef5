package io.headrace.transport.avro;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.channel.SourceInput;
import io.headrace.frame.EventCursor;
import io.headrace.frame.Frame;
import io.headrace.frame.FrameBuilder;
import io.headrace.frame.FrameLimits;
import io.headrace.frame.Headers;
import io.headrace.frame.Producer;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An event as tests send and compare it. */
record TestEvent(Map<String, String> headers, byte[] body) {
    static TestEvent of(String body, String... headers) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            map.put(headers[i], headers[i + 1]);
        }
        return new TestEvent(map, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Everything that is hard to carry, and {@code count} usual ones. */
    static List<TestEvent> mixed(int count, long seed) {
        Random random = new Random(seed);
        List<TestEvent> events = new ArrayList<>();
        events.add(of("", "", ""));
        events.add(of(""));
        events.add(of("größer als 😀", "überschrift", "値 😀", "empty", ""));
        byte[] large = new byte[1024 * 1024];
        random.nextBytes(large);
        events.add(new TestEvent(Map.of("size", "1 MiB"), large));
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[random.nextInt(400)];
            random.nextBytes(body);
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("host", "web" + random.nextInt(2));
            if (random.nextInt(4) == 0) {
                headers.put("number", Integer.toString(i));
            }
            events.add(new TestEvent(headers, body));
        }
        return events;
    }

    /** Puts events in frames of {@code perFrame}, with what all of a frame have in common as shared headers. */
    static void put(ChannelProcessor processor, List<TestEvent> events, int perFrame) {
        Producer producer = new Producer(7);
        SourceInput input = processor.anonymousInput();
        try (FrameBuilder builder = new FrameBuilder(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT)) {
            int next = 0;
            while (next < events.size()) {
                Map<String, String> shared = Map.of("host", "web0");
                List<TestEvent> some = events.subList(next, Math.min(events.size(), next + perFrame));
                boolean shares = some.stream().allMatch(event -> event.headers.containsKey("host"));
                builder.begin(shares ? Headers.of(shared) : Headers.EMPTY);
                int added = 0;
                for (TestEvent event : some) {
                    Map<String, String> own = new LinkedHashMap<>(event.headers);
                    if (shares) {
                        own.remove("host", "web0");
                    }
                    if (!builder.add(Headers.of(own), event.body)) {
                        break;
                    }
                    added++;
                }
                next += added;
                Frame frame = builder.build(producer, 1);
                assertThat(processor.tryPut(input, 0, frame, true, processor.newTicket()))
                        .isEqualTo(PutStatus.ACCEPTED);
                frame.release();
            }
        }
        input.close();
    }

    /** Takes everything that is in a channel now. */
    static List<TestEvent> take(ChannelConsumer consumer) {
        List<TestEvent> events = new ArrayList<>();
        Lease lease = consumer.tryLease(1_000_000, Long.MAX_VALUE);
        while (lease != null) {
            for (int i = 0; i < lease.size(); i++) {
                EventCursor cursor = new EventCursor().wrap(lease.frame(i));
                while (cursor.next()) {
                    events.add(new TestEvent(cursor.headers(), cursor.body()));
                }
            }
            lease.commit();
            lease = consumer.tryLease(1_000_000, Long.MAX_VALUE);
        }
        return events;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TestEvent event && headers.equals(event.headers) && Arrays.equals(body, event.body);
    }

    @Override
    public int hashCode() {
        return headers.hashCode() * 31 + Arrays.hashCode(body);
    }

    @Override
    public String toString() {
        return headers + " " + body.length + " bytes " + Integer.toHexString(Arrays.hashCode(body));
    }
}
