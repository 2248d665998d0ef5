# Headrace as a peer of ../../two-tier, through its own launcher with its own defaults. Sourced, never run.

headrace_link=link

headrace_prepare() { :; }

# headrace_start FOLDER AGENT-NAME
headrace_start() { start "$1/$2.out" "$HEADRACE" agent -n "$2" -f "$1/$2.properties"; }

headrace_version() { "$HEADRACE" version | head -1; }
