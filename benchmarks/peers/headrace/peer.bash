# Headrace as a peer of ../../two-tier, through its own launcher with its own defaults. Sourced, never run.

headrace_link=link

headrace_prepare() { :; }

# headrace_start FOLDER AGENT-NAME
headrace_start() { start "$1/$2.out" "$HEADRACE" agent -n "$2" -f "$1/$2.properties"; }

headrace_version() { "$HEADRACE" version | head -1; }

# Another source tree of it, OTHER_HEADRACE.
other_link=link

other_prepare() { "$OTHER_HEADRACE" version >/dev/null || fail "$OTHER_HEADRACE version failed (expected: a distribution that starts)"; }

other_start() { start "$1/$2.out" "$OTHER_HEADRACE" agent -n "$2" -f "$1/$2.properties"; }

other_version() { printf '%s: ' "$OTHER_HEADRACE"; "$OTHER_HEADRACE" version | head -1; }
