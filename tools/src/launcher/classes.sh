# Keeps loaded classes of a source tree's distribution for the next start (class data sharing), which takes a third off
# it; sourced by bin/headrace, never run.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2086,SC3013

# Runs an agent for a line from file to file and lets Java keep the classes as they were loaded.
archive_classes() {
    case $above in
        *[,#\$\\]*)
            echo "$above: a comma, #, dollar or backslash in it (expected: none of them)"
            return 1
            ;;
    esac
    practice=$(mktemp -d "$above/target/practice.XXXXXX") || return 1
    mkdir "$practice/output"
    printf 'a line\n' >"$practice/a.log"
    cat >"$practice/agent.properties" <<END
a.sources = r
a.channels = c
a.sinks = k
a.sources.r.type = TAILDIR
a.sources.r.channels = c
a.sources.r.filegroups = f
a.sources.r.filegroups.f = $practice/a.log
a.sources.r.positionFile = $practice/positions.json
a.channels.c.type = file
a.channels.c.dataDirs = $practice/channel
a.sinks.k.type = file_roll
a.sinks.k.channel = c
a.sinks.k.sink.directory = $practice/output
END
    "$java_home/bin/java" $common_flags -XX:ArchiveClassesAtExit="$practice/classes.jsa" \
        -Xlog:cds=off -Xlog:cds+dynamic=off -cp "$home/lib/*" io.headrace.tools.Main \
        agent -n a -f "$practice/agent.properties" --metrics-port 0 &
    agent=$!
    trap 'kill "$agent"; rm -rf "$practice"; exit 130' INT TERM
    waited=0
    until [ -n "$(find "$practice/output" -type f -size +0)" ] || [ "$waited" -ge 30 ]; do
        kill -0 "$agent" || break
        sleep 1
        waited=$((waited + 1))
    done
    kill "$agent"
    wait "$agent" || true
    [ -f "$practice/classes.jsa" ] && mv "$practice/classes.jsa" "$archive"
    made=$?
    rm -rf "$practice"
    return "$made"
}

# Whether a module's jar was made after the file. Those in lib all bear the date of the release, which tells nothing.
jars_are_newer() {
    for module in wal engine transport tools; do
        [ ! "$source_tree/$module/target/headrace-$module-$version.jar" -nt "$1" ] || return 0
    done
    return 1
}

# Sets archive to the one of this build and this Java; empty when there is none. Before an agent it is made when there
# is none, tried once for each build, which removes the mark with lib, and not where nothing can be written.
find_archive() {
    archive=$(cksum <"$java_home/release" 2>/dev/null || true)
    archive=$home/lib/classes-${archive%% *}.jsa
    case ${HEADRACE_NO_BUILD:-}:$1 in
        :agent | :quickstart)
            tried=$home/lib/.${archive##*/}-tried
            if { [ ! -e "$tried" ] || jars_are_newer "$tried"; } && [ -w "$home/lib" ] && [ -w "$above/target" ]; then
                : >"$tried"
                say 'keeping loaded classes, so that agents start faster (once, a few seconds)'
                (archive_classes) >"$above/target/archive.log" 2>&1 || say "no class archive could be made, see" \
                    "$above/target/archive.log; agents start somewhat slower"
            fi
            ;;
    esac
    if [ ! -f "$archive" ] || jars_are_newer "$archive"; then archive=; fi
}
