package io.headrace.engine.source.taildir;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.engine.channel.ChannelProcessor;
import io.headrace.engine.channel.SourceInput;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A line that was given to several channels in parts: its rest is read only when no later life could begin before it, or
 * one channel would get the whole and another one a part.
 */
class TaildirHeldLineTest {
    @TempDir
    private Path folder;

    private final Map<Object, Object> inputs = new IdentityHashMap<>();
    private TailRig rig;
    private boolean passed;
    private boolean acknowledged;

    @BeforeEach
    void setUp() throws IOException {
        rig = new TailRig(folder);
        rig.processor = proxy(ChannelProcessor.class, (proxy, method, args) -> switch (method.getName()) {
            case "channels" -> Collections.nCopies(2, null);
            case "openInput" -> watched((SourceInput) call(rig.channel, method, args));
            default -> call(rig.channel, method, args);
        });
        rig.write("a.log", "one\nunfini");
        rig.start().idle();
        assertThat(rig.channel.texts()).containsExactly("one", "unfini");
        rig.write("a.log", "shed\nthree\n");
    }

    @AfterEach
    void tearDown() {
        rig.close();
    }

    @Test
    void shouldReadOnWhenAllChannelsKeepWhereTheSourceIs() throws IOException {
        acknowledged = true;
        rig.poll().poll();
        assertThat(rig.channel.texts()).as("held").hasSize(2);
        passed = true;
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "unfini", "shed", "three");
    }

    @Test
    void shouldReadOnWhenThePartIsAcknowledged() throws IOException {
        passed = true;
        rig.poll().poll();
        assertThat(rig.channel.texts()).as("held").hasSize(2);
        acknowledged = true;
        rig.poll();
        assertThat(rig.channel.texts()).containsExactly("one", "unfini", "shed", "three");
    }

    private SourceInput watched(SourceInput input) {
        SourceInput watched = proxy(SourceInput.class, (proxy, method, args) -> switch (method.getName()) {
            case "isPassedByAll" -> passed;
            case "acknowledgedPosition" -> acknowledged ? input.startPosition() : 0L;
            default -> call(input, method, args);
        });
        inputs.put(watched, input);
        return watched;
    }

    /** The test's channel gets the inputs that it made itself. */
    private Object call(Object target, Method method, Object[] args) throws Throwable {
        Object[] own = args == null ? new Object[0] : args.clone();
        for (int i = 0; i < own.length; i++) {
            own[i] = inputs.getOrDefault(own[i], own[i]);
        }
        try {
            return method.invoke(target, own);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(TaildirHeldLineTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
