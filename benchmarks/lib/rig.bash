# What the rigs share: messages, finding Java, processes that are ours, and figures. Sourced, never run.

BENCHMARKS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(cd "$BENCHMARKS/.." && pwd)
HEADRACE=$ROOT/tools/bin/headrace
OUR_PIDS=()

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "${0##*/}: $1"
    exit "${2:-1}"
}

usage_error() { fail "$1 (see --help)" 64; }

# The integer VALUE of option NAME, or a usage error.
integer() {
    [[ $2 =~ ^[0-9]+$ && $2 -ge ${3:-1} ]] || usage_error "$1: $2 (expected: a whole number >= ${3:-1})"
}

find_java() {
    JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
    command -v "$JAVA" >/dev/null || fail "no java found (expected: in PATH or under JAVA_HOME)"
}

# Builds the distribution when there is none; how long that takes is no part of any measurement.
need_headrace() {
    [[ -x $HEADRACE ]] || fail "tools/bin/headrace: not there (expected: a source tree with the tools module)"
    "$HEADRACE" version >/dev/null || fail "tools/bin/headrace version failed (expected: a distribution that starts)"
}

# Builds this module, unless benchmarks/run has; BENCHMARK_CLASSES and BENCHMARK_FLAGS start its classes.
build_benchmarks() {
    if [[ -z ${HEADRACE_BENCHMARKS_BUILT:-} ]]; then
        say "building ..."
        (cd "$ROOT" && mvn -B -q -pl benchmarks -am -Dmaven.test.skip=true -Dspotless.check.skip=true -Dheadrace.archive.skip=true \
            package) >&2 ||
            fail "the build failed"
    fi
    BENCHMARK_CLASSES=$(echo "$BENCHMARKS"/target/headrace-benchmarks-*.jar):$BENCHMARKS/target/lib/*
    # The same as in AbstractHeadraceBenchmark.
    BENCHMARK_FLAGS=(-XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow
        --enable-native-access=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
        -Dio.netty.allocator.lowMemory=false)
    # Where benchmarks/run lets its contestants write.
    [[ -z ${HEADRACE_BENCHMARKS_FOLDER:-} ]] ||
        BENCHMARK_FLAGS+=("-Dheadrace.benchmarks.folder=$HEADRACE_BENCHMARKS_FOLDER")
}

now() { printf '%s' "$EPOCHREALTIME"; }

# Seconds from $1 to $2, with milliseconds.
elapsed() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", b - a }'; }

# A TCP port that nobody listens on, into PORT.
pick_port() {
    local attempt
    for attempt in {1..100}; do
        PORT=$((20000 + RANDOM % 10000))
        listening "$PORT" || return 0
    done
    fail "no free port between 20000 and 29999"
}

# Whether somebody listens on a port; asks the kernel, so that no connection is made.
listening() {
    local hex
    printf -v hex ':%04X' "$1"
    awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Waits until a condition holds: await SECONDS PID COMMAND...; fails when the time is over or the process is gone.
await() {
    local seconds=$1 pid=$2 end
    shift 2
    end=$((${EPOCHREALTIME%[.,]*} + seconds))
    until "$@"; do
        kill -0 "$pid" 2>/dev/null || return 1
        ((${EPOCHREALTIME%[.,]*} < end)) || return 1
        pause 0.02
    done
}

# Sleeps without a process, so that waiting costs nothing to what is measured.
exec {SILENCE}<> <(:)
pause() { read -r -t "$1" -u "$SILENCE" || true; }

# Starts a process of ours in the background: start LOG COMMAND...; its id is in STARTED.
start() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 </dev/null &
    STARTED=$!
    OUR_PIDS+=("$STARTED")
}

# Ends processes of ours at once and waits for them.
end_processes() {
    local pid
    for pid in "$@"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    for pid in "$@"; do
        wait "$pid" 2>/dev/null || true
    done
    OUR_PIDS=()
}

# Peak resident memory of a process, MiB.
peak_mib() { awk '/^VmHWM/ { printf "%d", $2 / 1024 }' "/proc/$1/status"; }

# Resident memory of a process, MiB.
resident_mib() { awk '/^VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$1/status"; }

# Processor time of a process so far, in hundredths of a second (user and system).
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# Seconds of processor time of a process since it had used TICKS: cpu_seconds_since PID TICKS.
cpu_seconds_since() {
    awk -v now="$(cpu_ticks "$1")" -v then="$2" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", (now - then) / hz }'
}

# Processor time of each thread of a process so far, in ticks: a line "id user system name" each.
thread_ticks() {
    local stat
    for stat in "/proc/$1/task"/*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        printf '%s\n' "$line"
    done | awk '{ id = $1; name = $0; sub(/^[0-9]+ \(/, "", name); sub(/\) [^)]*$/, "", name)
        rest = $0; sub(/.*\) /, "", rest); split(rest, f, " "); print id, f[12], f[13], name }'
}

# Median, smallest and largest of the numbers on standard input.
median_and_spread() {
    sort -g | awk '{ v[NR] = $1 }
        END { m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; print m, v[1], v[NR] }'
}

# Bytes of the files in a folder (not below it), into BYTES.
folder_bytes() {
    local size
    BYTES=0
    for size in $(shopt -s nullglob dotglob; set -- "$1"/*; (($#)) && stat -c %s "$@" 2>/dev/null); do
        BYTES=$((BYTES + size))
    done
}

# Hardware, kernel, JDK, file system of a folder, and how busy the machine is already; a line each.
describe_machine() {
    local cpu memory
    cpu=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
    memory=$(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)
    printf 'machine  %s x %s, %s\n' "$(nproc)" "${cpu:-$(uname -m)}" "$memory"
    printf 'kernel   %s\n' "$(uname -sr)"
    printf 'jdk      %s\n' "$("$JAVA" -version 2>&1 | sed -n 's/.*(build \(.*\))$/\1/p' | head -1)"
    printf 'files    %s\n' "$(df --output=fstype "$1" | tail -1)"
    printf 'load     %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
}

# Compiles a peer's own classes and what they use of the harness against its jars: compile_peer NAME JARS; the folder
# is in PEER_CLASSES.
compile_peer() {
    PEER_CLASSES=$BENCHMARKS/target/peers/$1-classes
    [[ -z ${HEADRACE_BENCHMARKS_BUILT:-} || ! -d $PEER_CLASSES ]] || return 0
    rm -rf "$PEER_CLASSES"
    "${JAVA}c" -nowarn -proc:none --release 17 -d "$PEER_CLASSES" -cp "$2/*" --source-path "$BENCHMARKS/src/main/java" \
        "$BENCHMARKS/peers/$1/src/io/headrace/benchmarks/peers"/*.java >&2 ||
        fail "the peer $1 could not be compiled (expected: a JDK)"
}
