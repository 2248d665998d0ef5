package io.headrace.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelConsumer;
import io.headrace.engine.channel.ChannelPolicy;
import io.headrace.engine.channel.Lease;
import io.headrace.frame.Frame;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What loses, doubles, swaps or damages frames must not pass as measured. */
@Timeout(60)
class BrokenCourseTest {
    /** More bytes than a header has. */
    private static final int IN_A_BODY = 100;

    @TempDir
    private Path folder;

    /** What happens to the first lease of two frames or more. */
    enum Fault {
        LOSS("lost") {
            @Override
            int size(int size) {
                return size - 1;
            }
        },
        DOUBLE("too many") {
            @Override
            int size(int size) {
                return size + 1;
            }
        },
        SWAP("faults in") {
            @Override
            int place(int index) {
                return index == 0 ? 1 : index == 1 ? 0 : index;
            }
        };

        private final String found;

        Fault(String found) {
            this.found = found;
        }

        int size(int size) {
            return size;
        }

        int place(int index) {
            return index;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindWhatABrokenChannelDoes(Fault fault) throws Exception {
        BenchSettings settings = BenchSettings.of(WorkloadKind.CHANNEL).with(draft -> draft.policy(ChannelPolicy.MEMORY)
                .events(20_000)
                .duration(Duration.ofSeconds(20))
                .warmUp(Duration.ZERO)
                .batch(10)
                .folder(folder));
        WorkloadResult result = new MeasuredWorkload(
                        settings,
                        (all, ids, files) -> new ChannelCourse(all, ids, files, consumer -> broken(consumer, fault)),
                        TimeUnit.MILLISECONDS.toNanos(200))
                .run(() -> false, WorkloadListener.NONE);

        assertThat(result.sound()).isFalse();
        assertThat(result.faults()).anyMatch(text -> text.contains(fault.found));
    }

    @Test
    void shouldFindThatTheLogIsDamaged() throws Exception {
        BenchSettings settings = BenchSettings.of(WorkloadKind.WAL).with(draft -> draft.events(2_000)
                .duration(Duration.ofSeconds(20))
                .warmUp(Duration.ZERO)
                .batch(10)
                .folder(folder));
        WorkloadResult result = new MeasuredWorkload(
                        settings, (all, ids, files) -> new WalCourse(all, ids, files, BrokenCourseTest::damage))
                .run(() -> false, WorkloadListener.NONE);

        assertThat(result.faults())
                .anyMatch(text -> text.contains("damaged"))
                .anyMatch(text -> text.contains("read back of 200 that the log held"));
        assertThat(folder).isEmptyDirectory();
    }

    /** Turns over a bit of a body in the middle: bodies are random, and nothing else has so many bytes without a zero. */
    private static void damage(Path log) {
        try (Stream<Path> files = Files.list(log)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".wal")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int run = 0;
                for (int at = 100_000; at < bytes.length; at++) {
                    run = bytes[at] == 0 ? 0 : run + 1;
                    if (run == IN_A_BODY) {
                        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                            damaged.seek(at);
                            damaged.write(bytes[at] ^ 1);
                        }
                        return;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("no segment with events in " + log);
    }

    private static ChannelConsumer broken(ChannelConsumer consumer, Fault fault) {
        boolean[] done = new boolean[1];
        return proxy(ChannelConsumer.class, (proxy, method, arguments) -> {
            Object result = call(method, consumer, arguments);
            if (done[0] || !method.getName().equals("tryLease") || !(result instanceof Lease)) {
                return result;
            }
            Lease lease = (Lease) result;
            while (lease.size() < 2) {
                // It comes again, with the next frame as soon as that is there.
                lease.rollback();
                Thread.onSpinWait();
                lease = (Lease) call(method, consumer, arguments);
            }
            done[0] = true;
            return broken(lease, fault);
        });
    }

    private static Lease broken(Lease lease, Fault fault) {
        return proxy(Lease.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "size" -> fault.size(lease.size());
            case "frame" -> frame(lease, fault.place((int) arguments[0]));
            case "events" -> {
                int events = 0;
                for (int i = 0; i < fault.size(lease.size()); i++) {
                    events += frame(lease, i).eventCount();
                }
                yield events;
            }
            default -> call(method, lease, arguments);
        });
    }

    private static Frame frame(Lease lease, int index) {
        return lease.frame(Math.min(index, lease.size() - 1));
    }

    private static Object call(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
