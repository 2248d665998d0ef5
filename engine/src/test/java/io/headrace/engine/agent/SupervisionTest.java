package io.headrace.engine.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.engine.channel.PutStatus;
import io.headrace.engine.config.AgentConfiguration;
import io.headrace.engine.config.ConfigurationLoader;
import io.headrace.engine.metrics.GroupType;
import io.headrace.engine.spi.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Components that throw, hang or die for ever, at each point of their lives, beside one that must not notice. */
class SupervisionTest {
    private static final String TWO_LINES = """
            a1.sources = r1 r2
            a1.channels = c1 c2
            a1.sinks = k1 k2
            a1.sources.r1.type = manual
            a1.sources.r1.channels = c1
            a1.sources.r1.interceptors = i1
            a1.sources.r1.interceptors.i1.type = faulty
            a1.sources.r2.type = seq
            a1.sources.r2.channels = c2
            a1.sources.r2.totalEvents = 100
            a1.channels.c1.type = memory
            a1.channels.c2.type = memory
            a1.sinks.k1.type = collect
            a1.sinks.k1.channel = c1
            a1.sinks.k2.type = other
            a1.sinks.k2.channel = c2
            """;

    private final ManualSource source = new ManualSource();
    private final FaultyInterceptor interceptor = new FaultyInterceptor();
    private final CollectingSink sink = new CollectingSink("collect");
    private final CollectingSink other = new CollectingSink("other");
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private volatile boolean clockFails;
    private volatile Thread supervisor;
    private volatile Agent agent;

    @AfterEach
    void stop() {
        hanging.countDown();
        if (agent != null) {
            agent.stopNow();
        }
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("made up"),
                new IllegalStateException("made up"),
                new NullPointerException(),
                new NoClassDefFoundError("made/up"),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldStartASourceAgainThatThrowsAtItsStart(Throwable failure) throws InterruptedException {
        AtomicInteger starts = new AtomicInteger();
        source.atStart = () -> starts.incrementAndGet() < 3 ? raise(failure) : 0;
        start(5_000);

        awaitHealthyAndTheOtherDone();

        assertThat(source.lives).isEqualTo(3);
        assertThat(source.ends).isEqualTo(2);
        assertThat(errors).containsExactly(failure, failure);
        assertThat(source.put("works")).isEqualTo(PutStatus.ACCEPTED);
        await().until(() -> sink.bodies.equals(List.of("works")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldStartASourceAgainThatThrowsWhileItWorks(Throwable failure) {
        AtomicInteger polls = new AtomicInteger();
        source.work = () -> polls.incrementAndGet() == 2 ? raise(failure) : 0;
        start(5_000);

        await().until(() -> source.lives == 2);

        awaitHealthyAndTheOtherDone();
        assertThat(errors).containsExactly(failure);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldStopTheOthersWhenOneThrowsAtItsStop(Throwable failure) throws InterruptedException {
        source.atStop = () -> SupervisionTest.<RuntimeException>sneak(failure);
        sink.atStop = () -> SupervisionTest.<RuntimeException>sneak(failure);
        start(5_000);
        await().until(() -> other.bodies.size() == 100);

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(10))).isTrue();
        assertThat(errors).containsExactly(failure, failure);
        assertThat(other.stopped).hasValue(1);
        assertThat(agent.channel("c1")).isNull();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldDeliverWhatASinkDroppedWhenItThrew(Throwable failure) throws InterruptedException {
        AtomicInteger deliveries = new AtomicInteger();
        sink.atDelivery = () -> {
            if (deliveries.incrementAndGet() == 1) {
                raise(failure);
            }
        };
        start(5_000);
        source.put("a");
        source.put("b");

        await().until(() -> sink.bodies.size() == 2);

        assertThat(List.copyOf(sink.bodies)).containsExactly("a", "b");
        awaitHealthyAndTheOtherDone();
    }

    @Test
    void shouldShowAnInterceptorsFailureAndGoOn() throws InterruptedException {
        start(5_000);
        awaitHealthyAndTheOtherDone();
        interceptor.next.set(new IllegalArgumentException("not a date"));
        source.work = () -> source.put("x") == PutStatus.ACCEPTED ? 1 : 0;

        await().until(() -> source.lives == 2 && agent.health().isHealthy() && !sink.bodies.isEmpty());

        source.work = () -> 0;
        assertThat(errors).singleElement().asString().contains("not a date");
        assertThat(sink.headers.get(0)).containsEntry("seen", "yes");
    }

    @Test
    void shouldRunOthersWhileOneHangsInItsStart() throws InterruptedException {
        source.atStart = () -> hang();
        sink.atStart = this::hang;
        start(100);

        await().until(() -> other.bodies.size() == 100);
        assertThat(agent.health().reasons())
                .containsExactly(
                        "source r1: starting: its start takes longer than 100 ms",
                        "sink k1: starting: its start takes longer than 100 ms");

        hanging.countDown();

        awaitHealthyAndTheOtherDone();
        assertThat(source.lives).isOne();
        assertThat(sink.created).hasValue(1);
        source.put("at last");
        await().until(() -> sink.bodies.equals(List.of("at last")));
    }

    @Test
    void shouldStopWhileOneHangsInItsStartAndCloseItAfterwards() throws InterruptedException {
        sink.atStart = this::hang;
        start(100);
        await().until(() -> other.bodies.size() == 100);

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(5))).isTrue();
        assertThat(sink.stopped).hasValue(0);
        hanging.countDown();
        await().until(() -> sink.stopped.get() == 1);
    }

    @Test
    void shouldStopAtOnceWhileAComponentWaitsForItsNextTry() throws InterruptedException {
        sink.atStart = () -> raise(new IOException("made up"));
        start(5_000);
        // The next try is 3.2 s away, which is more than the stop, or the thread of the next try, may take.
        await().atMost(Duration.ofSeconds(30)).until(() -> sink.created.get() == 6);
        long begun = System.nanoTime();

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(5))).isTrue();
        supervisor.join(5_000);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(sink.created).hasValue(6);
    }

    @Test
    void shouldGiveUpWhatHangsAtItsStop() throws InterruptedException {
        sink.atStop = this::hangQuietly;
        other.atStop = this::hangQuietly;
        start(100);
        await().until(() -> other.bodies.size() == 100);

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(10))).isTrue();
        assertThat(errors).hasSize(2).allMatch(error -> error.getMessage().startsWith("it still stops"));
    }

    /** So that it takes the time of one however many hang: each stop here ends when the other one has begun. */
    @Test
    void shouldStopSideBySide() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        Runnable stop = () -> {
            both.countDown();
            awaitQuietly(both);
        };
        sink.atStop = stop;
        other.atStop = stop;
        start(10_000);
        await().until(() -> other.bodies.size() == 100);

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(30))).isTrue();
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldKeepTheLastFiguresOfAComponentThatIsGone() {
        start(5_000);
        awaitHealthyAndTheOtherDone();
        agent.metrics().group(GroupType.SINK, "k1").gauge("Depth", () -> sink.created.get() * 17L);

        sink.context.failed(new IOException("made up"));

        await().until(() -> sink.created.get() == 2 && agent.health().isHealthy());
        assertThat(agent.metrics().group(GroupType.SINK, "k1").gauges()).containsEntry("Depth", 17L);
    }

    @Test
    void shouldStartAgainAndStopWhateverAGaugeThrows() {
        start(5_000);
        awaitHealthyAndTheOtherDone();
        agent.metrics().group(GroupType.SINK, "k1").gauge("Broken", () -> {
            throw new IllegalStateException("made up");
        });

        sink.context.failed(new IOException("made up"));

        await().until(() -> sink.created.get() == 2 && agent.health().isHealthy());
        assertThat(agent.metrics().group(GroupType.SINK, "k1").gauges()).containsEntry("Broken", Double.NaN);
    }

    @Test
    void shouldEndItsStopWhateverThrowsInIt() throws InterruptedException {
        start(5_000);
        awaitHealthyAndTheOtherDone();
        clockFails = true;

        agent.requestStop();

        assertThat(agent.awaitTermination(Duration.ofSeconds(5))).isTrue();
        assertThat(agent.health().components())
                .extracting(Health.Component::state)
                .containsOnly(ComponentState.STOPPED);
        assertThat(errors).extracting(Throwable::getMessage).containsExactly("no clock");
    }

    @Test
    void shouldStartNothingMoreWhenToldToStopWhileItStarts() throws InterruptedException {
        sink.atStart = () -> agent.requestStop();

        start(5_000);

        assertThat(agent.awaitTermination(Duration.ofSeconds(5))).isTrue();
        assertThat(sink.created).hasValue(1);
        assertThat(other.created).hasValue(0);
        assertThat(source.lives).isZero();
    }

    @Test
    void shouldRefuseATimeToDrainThatNoClockHolds() {
        assertThatThrownBy(() -> AgentOptions.defaults().withDrain(Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drain: ")
                .hasMessageContaining("(expected: 0..");
    }

    private long nanoTime() {
        if (Thread.currentThread().getName().equals("agent-a1")) {
            supervisor = Thread.currentThread();
            if (clockFails) {
                throw new IllegalStateException("no clock");
            }
        }
        return System.nanoTime();
    }

    private int hang() throws InterruptedException {
        hanging.await();
        return 0;
    }

    private void hangQuietly() {
        awaitQuietly(hanging);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int raise(Throwable failure) throws Exception {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (Exception) failure;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private void awaitHealthyAndTheOtherDone() {
        await().until(() -> agent.health().isHealthy() && other.bodies.size() == 100);
        assertThat(other.created).hasValue(1);
    }

    private void start(long stopMillis) {
        ComponentRegistry registry = ComponentRegistry.load().with(source, interceptor, sink, other);
        AgentConfiguration configuration = new ConfigurationLoader(registry, System::getenv, System::getProperty, false)
                .readText(Path.of("a.conf"), TWO_LINES, "a1")
                .orThrow();
        AgentOptions defaults = AgentOptions.defaults();
        agent = Agent.create(
                configuration,
                new AgentOptions(
                        Duration.ofSeconds(1),
                        errors::add,
                        registry,
                        defaults.storage(),
                        defaults.epochClock(),
                        this::nanoTime,
                        defaults.random()),
                stopMillis);
        agent.start();
    }
}
