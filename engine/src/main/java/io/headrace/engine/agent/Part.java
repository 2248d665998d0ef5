package io.headrace.engine.agent;

import io.headrace.engine.config.ComponentSettings;
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
    private Life life;

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
        startedNanos = env.options().nanoClock().nanoTime();
        running = true;
        try {
            open(begun);
            metrics.started(now());
            lastFailure = null;
            begun.up();
            opened();
        } catch (Throwable t) {
            fail(begun, t);
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
            closing();
            running = false;
            life.end();
            close(orderly);
            metrics.stopped(now());
            env.health().set(title(), ComponentState.STARTING, "waits to be started again", now());
        }
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
            threwAtStop(new IllegalStateException(
                    title() + ": still stops (expected: an end within " + env.stopMillis() + " ms)"));
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
        LOG.warn("{}: failed while it stopped", title(), thrown);
        env.options().errorHandler().accept(thrown);
    }

    final long now() {
        return env.options().epochClock().time();
    }

    private void fail(Life failed, Throwable cause) {
        if (failed.over) {
            LOG.debug("{}: failed after it was stopped", title(), cause);
            return;
        }
        closing();
        failed.end();
        running = false;
        lastFailure = cause;
        close(false);
        metrics.stopped(now());
        long pause = backoff.failed(env.options().nanoClock().nanoTime() - startedNanos);
        givenUp = backoff.failures() >= mostFailures() || isFinal(cause);
        if (givenUp) {
            LOG.error("{}: failed, given up", title(), cause);
            env.health().set(title(), ComponentState.FAILED, reason(cause), now());
        } else {
            LOG.error("{}: failed, next try in {} ms", title(), TimeUnit.NANOSECONDS.toMillis(pause), cause);
            env.health().set(title(), ComponentState.RETRYING, reason(cause), now());
            if (wanted) {
                retry = env.supervisor().schedule(guarded(this::retry), pause, TimeUnit.NANOSECONDS);
            }
        }
        env.options().errorHandler().accept(cause);
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
                env.health().set(title(), ComponentState.FAILED, reason(t), now());
                env.options().errorHandler().accept(t);
            }
        };
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    /** One life of the component, to tell what belongs to an earlier one. */
    private final class Life implements EngineContext.Reports {
        private volatile boolean over;
        private String detail = "";
        private String impairment;
        private boolean started;

        @Override
        public synchronized void healthy(String now) {
            detail = now == null ? "" : now;
            impairment = null;
            show();
        }

        @Override
        public synchronized void unhealthy(String reason) {
            if (!over && impairment == null) {
                LOG.warn("{}: {}", title(), reason);
            }
            impairment = reason == null ? "" : reason;
            show();
        }

        @Override
        public void failed(Throwable cause) {
            try {
                env.supervisor().execute(guarded(() -> fail(this, cause)));
            } catch (RejectedExecutionException e) {
                LOG.warn("{}: failed after the agent stopped", title(), cause);
            }
        }

        /** From here on this life says nothing any more. */
        synchronized void end() {
            over = true;
        }

        synchronized void up() {
            started = true;
            show();
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
