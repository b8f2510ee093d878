#!/bin/sh
# Instructions a message costs, counted by valgrind: the same on a busy machine as on an idle one.
#
#   benches/count.sh                 every row
#   benches/count.sh ping-pong ask   these rows
#
# Each figure is the difference of a run with N operations and one with 2 N, divided by N, so what starting and
# ending cost is not in it. `N=50000 benches/count.sh` says how many; 100000 unless said.
set -eu
cd "$(dirname "$0")/.."

for tool in valgrind callgrind_annotate taskset cc; do
    if ! command -v "$tool" >/dev/null; then
        echo "benches/count.sh: NOTHING IS COUNTED: there is no \`$tool\` here." >&2
        echo "benches/count.sh: install valgrind, util-linux and a C compiler, and run me again." >&2
        exit 1
    fi
done

n=${N:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Turns and slices end by the clock, and under valgrind all is some 50 times as slow. So the shards, and nobody
# else, are shown a clock that is 1,000 times as slow: turns then end by their records, as short messages have it.
cat >"$work/slow.c" <<'C'
#define _GNU_SOURCE
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static __thread int slow = -1;
static long long first;

int clock_gettime(clockid_t id, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, id, time);
    if (slow < 0) {
        char name[16] = "";
        prctl(PR_GET_NAME, name);
        slow = !strncmp(name, "callboard-", 10) && strcmp(name, "callboard-watch") &&
               strcmp(name, "callboard-watchd");
    }
    if (result || id != CLOCK_MONOTONIC) return result;
    long long now = time->tv_sec * 1000000000LL + time->tv_nsec;
    if (!first) first = now;
    if (!slow) return 0;
    now = first + (now - first) / 1000;
    time->tv_sec = now / 1000000000LL;
    time->tv_nsec = now % 1000000000LL;
    return 0;
}
C
cc -shared -fPIC -O2 -o "$work/slow.so" "$work/slow.c"

echo "building the benches" >&2
cargo bench --no-run --bench tell --bench ask --bench cross_shard --bench spawn 2>"$work/built" || {
    cat "$work/built" >&2
    exit 1
}

# Instructions of one run of a bench: $1 the bench, $2 its candidate, $3 how many operations.
run() {
    program=$(sed -n "s|.*Executable benches/$1.rs (\(.*\))|\1|p" "$work/built")
    rm -f "$work"/callgrind.*
    # One core: the shards then park instead of waiting awake, which would be counted.
    taskset -c 0 env LD_PRELOAD="$work/slow.so" valgrind --tool=callgrind --fair-sched=yes \
        --callgrind-out-file="$work/callgrind.out" "$program" --only "$2" --count "$3" \
        >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
    sed -n 's/^totals: \([0-9]*\).*/\1/p' "$work/callgrind.out"
}

row() {
    echo "  counting: $3" >&2
    once=$(run "$1" "$2" "$n")
    twice=$(run "$1" "$2" $((2 * n)))
    awk -v name="$3" -v more=$((twice - once)) -v n="$n" \
        'BEGIN { printf "  %-44s %9.1f\n", name, more / n }'
}

# Whether this row is wanted: $1 its name, then those that are; all if none is named.
wanted() {
    name=$1
    shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do [ "$one" = "$name" ] && return 0; done
    return 1
}

echo "instructions an operation, by the difference of $n and $((2 * n))"
wanted tell "$@" && row tell "tell, one way" "tell"
wanted ask "$@" && row ask "ask" "ask and answer"
wanted async "$@" && row ask "ask of an async handler" "ask and answer of an async handler"
wanted ping-pong "$@" && row tell "ping-pong" "ping-pong"
wanted cross-shard "$@" && row cross_shard "tell, one way, 16 bytes" "tell to another shard, both sides"
wanted spawn "$@" && row spawn "spawn, tell, stop" "spawn, tell, stop"
exit 0
