package io.headrace.engine.config;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;

/** How much memory this process may take. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** Bytes of direct buffers: {@code -XX:MaxDirectMemorySize}, without it as much as the largest heap. */
    static long outsideHeapBytes() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        VMOption limit = machine == null ? null : machine.getVMOption("MaxDirectMemorySize");
        // 0 where nobody set it; set to 0, there is none.
        return limit == null || limit.getOrigin() == VMOption.Origin.DEFAULT
                ? Runtime.getRuntime().maxMemory()
                : Long.parseLong(limit.getValue());
    }
}
