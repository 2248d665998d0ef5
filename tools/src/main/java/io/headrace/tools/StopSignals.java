package io.headrace.tools;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM, SIGINT and SIGHUP (the terminal has gone): the first one asks for an orderly stop, a second one, half a second
 * later or more, ends the process at once. One that was ignored when the process began, as nohup has it, stays ignored. Java has no
 * supported way to tell one signal from the next, so the handlers of its module {@code jdk.unsupported} are used by
 * reflection, as their names alone make the compiler warn. Closing puts back what handled them before.
 */
final class StopSignals implements AutoCloseable {
    private static final int KILLED_BY_SIGNAL = 128;

    /** Programs such as {@code timeout} send a signal to the process and to its group: this is one signal, not two. */
    private static final long SAME_SIGNAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Runnable stop;
    private final List<Restoring> before = new ArrayList<>();
    private boolean asked;
    private long askedNanos;
    private int signal;

    /** Puts one handler back. */
    private interface Restoring {
        void run() throws ReflectiveOperationException;
    }

    private StopSignals(Runnable stop) {
        this.stop = stop;
    }

    /** Installs the handlers; {@code stop} must return at once. Where there are none, the process ends as usual. */
    static StopSignals handle(Runnable stop) {
        StopSignals signals = new StopSignals(stop);
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            for (String name : new String[] {"TERM", "INT", "HUP"}) {
                Object received = signal.getConstructor(String.class).newInstance(name);
                int number = (int) signal.getMethod("getNumber").invoke(received);
                InvocationHandler onSignal = (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> {
                        signals.receive(number);
                        yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> name;
                };
                Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
                Method handle = signal.getMethod("handle", signal, handler);
                Object previous = handle.invoke(null, received, proxy);
                signals.before.add(() -> handle.invoke(null, received, previous));
            }
        } catch (ReflectiveOperationException unsupported) {
            Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop"));
        }
        return signals;
    }

    /** Whether a signal has come. */
    synchronized boolean isAsked() {
        return asked;
    }

    /** What a process ends with that the first signal stopped, 130 after Ctrl-C; that of a failure when none came. */
    synchronized int exitCode() {
        return asked ? KILLED_BY_SIGNAL + signal : ExitCode.FAILED;
    }

    @Override
    public void close() {
        for (Restoring restoring : before) {
            try {
                restoring.run();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a signal's handler was not put back", e);
            }
        }
        before.clear();
    }

    private void receive(int number) {
        synchronized (this) {
            if (asked && System.nanoTime() - askedNanos < SAME_SIGNAL_NANOS) {
                return;
            } else if (asked) {
                Runtime.getRuntime().halt(KILLED_BY_SIGNAL + number);
            }
            asked = true;
            signal = number;
            askedNanos = System.nanoTime();
        }
        stop.run();
    }
}
