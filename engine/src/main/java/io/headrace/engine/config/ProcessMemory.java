package io.headrace.engine.config;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** How much memory this process may take. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** Bytes of direct buffers: {@code -XX:MaxDirectMemorySize}, without it as much as the largest heap. */
    static long outsideHeapBytes() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set = machine == null
                ? 0
                : Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
        return set > 0 ? set : Runtime.getRuntime().maxMemory();
    }
}
