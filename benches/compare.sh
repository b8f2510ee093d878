#!/bin/sh
# Instructions of the hottest paths, counted by callgrind and held against benches/counts/baseline.txt: the same on a
# busy machine as on an idle one.
#
#   benches/compare.sh            fails if a path needs over 2 % more instructions than its baseline
#   benches/compare.sh --accept   makes what it counts the baseline
#
# Counts depend on the compiler, so a new one in rust-toolchain.toml is a reason to accept.
set -eu
cd "$(dirname "$0")/counts"
baseline=baseline.txt
most=2.0

accept=false
case "${1:-}" in
    "") ;;
    --accept) accept=true ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' ../compare.sh >&2
        exit 2
        ;;
esac

if ! command -v valgrind >/dev/null; then
    echo "benches/compare.sh: NOTHING IS COUNTED: there is no \`valgrind\` here. Install it and run me again." >&2
    exit 1
fi

# The runner has to be of the version of the library.
version=$(sed -n 's/^gungraun = "=\(.*\)"/\1/p' Cargo.toml)
runner=$(command -v gungraun-runner || true)
if [ -z "$runner" ] || [ "$("$runner" --version)" != "gungraun-runner $version" ]; then
    runner=$PWD/target/runner/bin/gungraun-runner
    if ! [ -x "$runner" ] || [ "$("$runner" --version)" != "gungraun-runner $version" ]; then
        echo "benches/compare.sh: installing gungraun-runner $version into benches/counts/target/runner" >&2
        cargo install --quiet --locked gungraun-runner --version "$version" --root target/runner
    fi
fi

operations=$(sed -n 's/^const OPERATIONS: u64 = \(.*\);/\1/p' paths.rs | tr -d _)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GUNGRAUN_RUNNER=$runner cargo bench --bench paths >"$work/said" || {
    cat "$work/said" >&2
    exit 1
}
# A heading names the path, the line of its instructions follows.
sed 's/\x1b\[[0-9;]*m//g' "$work/said" | awk -v operations="$operations" '
    /^paths::/ { split($2, name, ":"); path = name[1] }
    $1 == "Instructions:" { split($2, count, "|"); printf "%-18s %9.2f\n", path, count[1] / operations }
' >"$work/counts"
if ! [ -s "$work/counts" ]; then
    echo "benches/compare.sh: NOTHING IS COUNTED: the runner said something else than expected." >&2
    cat "$work/said" >&2
    exit 1
fi

if $accept; then
    cp "$work/counts" "$baseline"
    cat "$baseline"
    exit 0
fi

awk -v most="$most" '
    NR == FNR { before[$1] = $2; next }
    !($1 in before) { printf "%-18s %9.2f  NEW: accept it\n", $1, $2; fails = 1; next }
    {
        percent = 100 * ($2 - before[$1]) / before[$1]
        mark = percent > most ? "  MORE" : ""
        printf "%-18s %9.2f  was %9.2f  %+6.2f %%%s\n", $1, $2, before[$1], percent, mark
        if (percent > most) fails = 1
        delete before[$1]
    }
    END {
        for (path in before) { printf "%-18s IS NOT COUNTED ANY MORE\n", path; fails = 1 }
        exit fails
    }
' "$baseline" "$work/counts"
