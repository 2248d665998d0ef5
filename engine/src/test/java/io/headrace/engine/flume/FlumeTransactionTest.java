package io.headrace.engine.flume;

import static io.headrace.engine.flume.RealChannel.frame;
import static io.headrace.engine.flume.RealChannel.numbers;
import static io.headrace.engine.flume.RealChannel.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.engine.channel.Lease;
import io.headrace.engine.channel.PutStatus;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is left of Flume's transactions. A put is one call that takes all of a batch or nothing; a take is a lease, which
 * any thread may hold and which ends once.
 */
class FlumeTransactionTest {
    @TempDir
    Path folder;

    private RealChannel open(String type, String... keys) throws IOException {
        return type.equals("memory") ? RealChannel.memory(keys) : RealChannel.onDisk(type, folder, keys);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldPutAndTakeOneAfterTheOther(String type) throws IOException {
        try (RealChannel channel = open(type)) {
            for (String body : numbers(0, 10)) {
                channel.putAll(body);
            }
            for (String body : numbers(0, 10)) {
                assertThat(channel.take(1)).containsExactly(body);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldTakeInOrderWhatAnotherThreadPuts(String type) throws IOException {
        try (RealChannel channel = open(type)) {
            CompletableFuture<Void> source = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    assertThat(channel.putWaiting(String.valueOf(i))).isEqualTo(PutStatus.ACCEPTED);
                }
            });
            assertThat(channel.take(100)).containsExactly(numbers(0, 100));
            source.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldEndALeaseOnce(String type) throws IOException {
        try (RealChannel channel = open(type)) {
            channel.putAll("a");
            channel.putAll("b");
            Lease committed = channel.awaitLease(1);
            committed.commit();
            assertThatThrownBy(committed::commit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(committed::rollback).isInstanceOf(IllegalStateException.class);
            Lease rolledBack = channel.awaitLease(1);
            rolledBack.rollback();
            assertThatThrownBy(rolledBack::rollback).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(rolledBack::commit).isInstanceOf(IllegalStateException.class);
            assertThat(channel.take(1)).containsExactly("b");
            assertThat(channel.channel.size()).isZero();
        }
    }

    /** Flume refuses other threads; asynchronous sinks end leases where the answer comes in. */
    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldLetAnotherThreadEndALease(String type) throws Exception {
        try (RealChannel channel = open(type)) {
            channel.putAll("a");
            Lease lease = channel.awaitLease(1);
            CompletableFuture.runAsync(lease::rollback).get();
            assertThat(channel.take(1)).containsExactly("a");
        }
    }

    /** Flume allows a thread one transaction at a time. */
    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldLeaseAndPutWhileOtherLeasesAreOpen(String type) throws IOException {
        try (RealChannel channel = open(type)) {
            channel.putAll("a");
            channel.putAll("b");
            List<Lease> open = new ArrayList<>();
            open.add(channel.awaitLease(1));
            channel.putAll("c");
            open.add(channel.awaitLease(1));
            open.add(channel.awaitLease(1));
            assertThat(open).extracting(RealChannel::bodies).containsExactly(List.of("a"), List.of("b"), List.of("c"));
            open.get(2).commit();
            open.get(0).commit();
            open.get(1).commit();
            assertThat(channel.channel.size()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldRefusePutsAndLeasesOnceItIsClosed(String type) throws IOException {
        RealChannel channel = open(type);
        channel.putAll("a");
        Lease lease = channel.awaitLease(1);
        channel.channel.stop(0);
        assertThat(channel.put("b")).isEqualTo(PutStatus.CLOSED);
        assertThat(channel.ticket.fullChannel()).isSameAs(channel.channel);
        assertThat(channel.lease(1)).isNull();
        lease.rollback();
        channel.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file", "SPILLABLEMEMORY"})
    void shouldNotRefuseToCloseWhileALeaseIsOpen(String type) throws IOException {
        RealChannel channel = open(type);
        channel.putAll("a");
        Lease lease = channel.awaitLease(1);
        channel.close();
        assertThat(RealChannel.bodies(lease)).containsExactly("a");
        lease.commit();
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "file"})
    void shouldPutNothingWhenInterruptedWhileItWaits(String type) throws Exception {
        try (RealChannel channel = open(type, "capacity", "1", "transactionCapacity", "1", "keep-alive", "60")) {
            channel.putAll("a");
            AtomicReference<Object> outcome = new AtomicReference<>();
            Thread source = new Thread(() -> outcome.set(putInterrupted(channel)));
            source.start();
            soon().until(() -> source.getState() == Thread.State.TIMED_WAITING);
            source.interrupt();
            source.join();
            assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
            assertThat(channel.take(1)).containsExactly("a");
            channel.putAll("b");
            assertThat(channel.take(1)).containsExactly("b");
        }
    }

    private static Object putInterrupted(RealChannel channel) {
        Frame frame = frame(Map.of(), "interrupted");
        try {
            return channel.processor.put(channel.input, 0, frame, true, channel.ticket);
        } catch (InterruptedException e) {
            return e;
        } finally {
            frame.release();
        }
    }
}
