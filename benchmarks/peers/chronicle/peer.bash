# Chronicle Queue as a peer of ../../log-append and ../../append-unsynced. Sourced, never run.

CHRONICLE_JARS=$BENCHMARKS/target/peers/chronicle

chronicle_prepare() {
    [[ -e $CHRONICLE_JARS/.complete && ! $BENCHMARKS/peers/chronicle/pom.xml -nt $CHRONICLE_JARS/.complete ]] && return
    say "fetching Chronicle Queue 2026.4 ..."
    mvn -B -q -f "$BENCHMARKS/peers/chronicle/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$CHRONICLE_JARS" >&2 || fail "Chronicle Queue could not be fetched (expected: Maven and Maven Central)"
    touch "$CHRONICLE_JARS/.complete"
}

# The class path of ChroniclePeer, into CHRONICLE_PATH: its jars and the harness, nothing of ours.
chronicle_peer() {
    chronicle_prepare
    compile_peer chronicle "$CHRONICLE_JARS"
    CHRONICLE_PATH=$PEER_CLASSES:$CHRONICLE_JARS/*
}
