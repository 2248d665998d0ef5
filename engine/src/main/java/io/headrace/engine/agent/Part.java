package io.headrace.engine.agent;

import io.headrace.engine.config.ComponentSettings;
import io.headrace.engine.config.ConfigurationException;
import io.headrace.engine.metrics.MetricGroup;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configured component through all of its lives: started, stopped, and after a failure stopped and started anew with
 * back-off. Owned by the supervisor's thread; what components report may come from any thread.
 */
abstract class Part {
    private static final Logger LOG = LoggerFactory.getLogger(Part.class);

    final ComponentSettings settings;
    final PartEnvironment env;
    final MetricGroup metrics;

    private final Backoff backoff = new Backoff();
    private ScheduledFuture<?> retry;
    private Throwable lastFailure;
    private long startedNanos;
    private boolean wanted;
    private boolean running;
    private boolean givenUp;
    private boolean wasOpen;
    private int strikes;
    private Life life;

    /** Guards itself: components speak on their own threads. */
    private final RepeatedMessages said = new RepeatedMessages();

    /** Whether a thread of the life before still runs. */
    private BooleanSupplier lingering = () -> false;

    Part(ComponentSettings settings, PartEnvironment env, MetricGroup metrics) {
        this.settings = settings;
        this.env = env;
        this.metrics = metrics;
        env.health().set(title(), ComponentState.STARTING, "", now());
    }

    /** Makes the component and starts it; what was made before it throws is freed by {@link #close}. */
    abstract void open(EngineContext.Reports reports) throws Exception;

    /** Stops and frees whatever there is of the component; never throws. */
    abstract void close(boolean orderly);

    /** What the component waits for before it can be opened; null for nothing. */
    abstract String missing();

    /** Asks the component to end what it does, so that several can do so at the same time. */
    void requestStop() {}

    /** After how many failures in a row it is given up. */
    int mostFailures() {
        return Integer.MAX_VALUE;
    }

    /** Whether another try is pointless. */
    boolean isFinal(Throwable failure) {
        return false;
    }

    /** Whether a failure does not count among those after which it is given up. */
    boolean mayPass(Throwable failure) {
        return false;
    }

    /** With what the whole start is refused when this comes of the first try; null to try again. */
    RuntimeException refusal(Throwable failure) {
        return failure instanceof ConfigurationException refused ? settings.located(refused) : null;
    }

    /** Called for each failure, while the component was opened or since. */
    void failedWith(Throwable failure) {}

    /** Called when the component was opened. */
    void opened() {}

    /** Called before the component is closed. */
    void closing() {}

    final String title() {
        return settings.title();
    }

    final boolean isRunning() {
        return running;
    }

    /** Why the last try to open failed, or why the component failed since; null while all is well. */
    final Throwable lastFailure() {
        return lastFailure;
    }

    final void start() {
        wanted = true;
        if (running || retry != null || givenUp) {
            return;
        }
        String missing = missing();
        if (missing != null) {
            env.health().set(title(), ComponentState.STARTING, "waits for " + missing, now());
            return;
        }
        if (lingering.getAsBoolean()) {
            env.health().set(title(), ComponentState.RETRYING, "its earlier life has not ended", now());
            retry = env.supervisor().schedule(guarded(this::retry), env.stopMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        lingering = () -> false;
        Life begun = new Life();
        life = begun;
        startedNanos = nanoTime();
        running = true;
        begun.opening = new Opening(settings.name(), () -> open(begun), () -> openedLate(begun));
        if (begun.opening.await(env.stopMillis())) {
            openingEnded(begun);
        } else {
            String slow = "its start takes longer than " + env.stopMillis() + " ms";
            LOG.warn("{}: {}, the others go on", title(), slow);
            env.health().set(title(), ComponentState.STARTING, slow, now());
        }
    }

    private void openedLate(Life begun) {
        try {
            env.supervisor().execute(guarded(() -> openingEnded(begun)));
        } catch (RejectedExecutionException stopped) {
            LOG.debug("{}: was started after the agent stopped", title(), stopped);
            close(false);
        }
    }

    private void openingEnded(Life begun) {
        Throwable failure = begun.opening.failure();
        begun.settled = true;
        if (begun.over) {
            close(false);
        } else if (failure != null) {
            fail(begun, failure);
        } else {
            metrics.started(now());
            lastFailure = null;
            wasOpen = true;
            LOG.debug("{}: started", title());
            begun.up();
            opened();
        }
    }

    /** Stops the component and starts no other. */
    final void stop(boolean orderly) {
        wanted = false;
        halt(orderly);
        env.health().set(title(), ComponentState.STOPPED, "", now());
    }

    /** Stops the component until {@link #start} is called again. */
    final void halt(boolean orderly) {
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
        if (running) {
            end(orderly);
            env.health().set(title(), ComponentState.STARTING, "waits to be started again", now());
        }
    }

    private void end(boolean orderly) {
        Life ending = life;
        closing();
        running = false;
        ending.end();
        if (ending.settled) {
            close(orderly);
        } else {
            // Closed when its start has ended: the two at once is more than a component has to bear.
            linger(() -> !ending.settled);
            LOG.warn("{}: still starts, it is left behind", title());
        }
        metrics.stopped(now());
        metrics.freezeGauges();
    }

    /**
     * Stops a component on a thread of its own. One that hangs holds up nobody else, and gets no other life before its
     * thread has ended: two lives would write to the same output.
     *
     * @param loader of the component's classes
     */
    final void stopWithin(ClassLoader loader, Stop stop) throws InterruptedException {
        Thread stopping = new Thread(
                () -> {
                    try {
                        stop.stop();
                    } catch (Throwable t) {
                        threwAtStop(t);
                    }
                },
                "stop-" + settings.name());
        stopping.setDaemon(true);
        stopping.setContextClassLoader(loader);
        stopping.start();
        TimeUnit.MILLISECONDS.timedJoin(stopping, env.stopMillis());
        if (stopping.isAlive()) {
            linger(stopping::isAlive);
            threwAtStop(
                    new IllegalStateException("it still stops (expected: an end within " + env.stopMillis() + " ms)"));
        }
    }

    /** The component is not started anew while this holds. */
    final void linger(BooleanSupplier stillRuns) {
        BooleanSupplier others = lingering;
        lingering = () -> others.getAsBoolean() || stillRuns.getAsBoolean();
    }

    /** What ends a component. */
    interface Stop {
        void stop() throws Exception;
    }

    /** Hands on what a component threw while it was stopped. */
    final void threwAtStop(Throwable thrown) {
        LOG.warn("{}: while it stopped: {}", title(), Failures.describe(thrown));
        LOG.debug("{}: where that was", title(), thrown);
        handOn(thrown);
    }

    final long now() {
        return env.options().epochClock().time();
    }

    private long nanoTime() {
        return env.options().nanoClock().nanoTime();
    }

    private void fail(Life failed, Throwable cause) {
        if (failed.over) {
            LOG.debug("{}: failed after it was stopped", title(), cause);
            return;
        }
        lastFailure = cause;
        failedWith(cause);
        long worked = wasOpen ? nanoTime() - startedNanos : 0;
        long pause = backoff.failed(worked);
        strikes = mayPass(cause) ? 0 : Backoff.isGoodWhile(worked) ? 1 : strikes + 1;
        givenUp = strikes >= mostFailures() || isFinal(cause);
        String reason = Failures.describe(cause);
        env.health().set(title(), givenUp ? ComponentState.FAILED : ComponentState.RETRYING, reason, now());
        RuntimeException refusal = wasOpen ? null : refusal(cause);
        if (refusal != null) {
            env.stopper().accept(refusal);
        } else if (Failures.isOfMachine(cause)) {
            env.stopper().accept(new AgentFailedException(title() + ": " + reason, cause));
        } else if (givenUp) {
            LOG.error("{}: given up until the agent is started again: {}", title(), reason);
        } else {
            tell(reason);
        }
        LOG.debug("{}: where it failed", title(), cause);
        end(false);
        if (!givenUp && wanted) {
            retry = env.supervisor().schedule(guarded(this::retry), pause, TimeUnit.NANOSECONDS);
        }
        env.options().errorHandler().accept(cause);
    }

    /** What a component cannot do, at the level of an error; whoever reads it is told once, and then less and less. */
    private void tell(String reason) {
        synchronized (said) {
            if (said.isDue(reason, nanoTime())) {
                long times = said.silentTimes(reason);
                LOG.error(
                        "{}: {} (tried again with growing pauses{})",
                        title(),
                        reason,
                        times == 0 ? "" : "; " + times + " times more since this was last said");
            }
        }
    }

    private void handOn(Throwable thrown) {
        if (Failures.isOfMachine(thrown)) {
            env.stopper().accept(new AgentFailedException(title() + ": " + Failures.describe(thrown), thrown));
        }
        env.options().errorHandler().accept(thrown);
    }

    private void retry() {
        retry = null;
        if (wanted) {
            start();
        }
    }

    /** A task whose failure is not lost in a future. */
    final Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable t) {
                LOG.error("{}: its supervision failed", title(), t);
                env.health().set(title(), ComponentState.FAILED, Failures.describe(t), now());
                handOn(t);
            }
        };
    }

    /** One life of the component, to tell what belongs to an earlier one. */
    private final class Life implements EngineContext.Reports {
        private volatile boolean over;

        /** Whether the start has ended and its result is known to the supervisor. */
        private volatile boolean settled;

        private Opening opening;
        private String detail = "";
        private String impairment;
        private boolean started;

        @Override
        public synchronized void healthy(String now) {
            detail = now == null ? "" : now;
            impairment = null;
            tellRecovery();
            show();
        }

        @Override
        public synchronized void unhealthy(String reason) {
            String text = reason == null ? "" : reason;
            synchronized (said) {
                if (!over && said.isDue(text, nanoTime())) {
                    LOG.warn("{}: {}", title(), text);
                }
            }
            impairment = text;
            show();
        }

        @Override
        public void failed(Throwable cause) {
            try {
                env.supervisor().execute(guarded(() -> fail(this, cause)));
            } catch (RejectedExecutionException e) {
                LOG.warn("{}: failed after the agent stopped: {}", title(), Failures.describe(cause));
            }
        }

        /** From here on this life says nothing any more. */
        synchronized void end() {
            over = true;
        }

        synchronized void up() {
            started = true;
            tellRecovery();
            show();
        }

        private void tellRecovery() {
            synchronized (said) {
                if (started && !over && impairment == null && said.isRecoveryDue()) {
                    LOG.info("{}: works again", title());
                }
            }
        }

        private void show() {
            if (over || !started) {
                return;
            } else if (impairment == null) {
                env.health().set(title(), ComponentState.UP, detail, now());
            } else {
                env.health().set(title(), ComponentState.IMPAIRED, impairment, now());
            }
        }
    }
}
