#!/usr/bin/env bash
# make bench: prepares, builds and measures on a throw-away server.
#
#   test/bench/run.sh [lines] [section]...
#
# lines: of the generated table, 10000000 unless given.  Sections: ledger
# window book duckdb scaling size alive mart, all unless given.  ROUNDS (5) is how often
# each query is timed; PG_CONFIG chooses the PostgreSQL, DUCKDB the version of
# @duckdb/node-api.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

lines=10000000
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
	lines=$1
	shift
fi
[ $((lines < 100000 || lines % 80)) -eq 0 ] ||
	die "the number of lines must be a multiple of 80, and 100000 or more"

# Of the tables of a section, some 80 bytes a line each, all pages stay in
# memory, if half of it is enough.
memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
buffers=$((lines / 2500 + 1000))
[ $buffers -le $((memory / 2)) ] || buffers=$((memory / 2))

say "Benchmark of kam: installs what is missing on this machine, builds kam, starts a
throw-away server below ${TMPDIR:-/tmp}, makes tables of $lines lines there (some
$((lines / 2500 + 1000)) MB of disk), measures and removes it all.  Ten million lines take
half an hour."
PG_CONFIG=$(test/prepare.sh)
export PG_CONFIG

# All on two cores, whatever the machine: as many as DuckDB has threads.
cores=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status | tr , '\n' |
	awk -F - '{ for (i = $1; i <= $NF; i++) print i }' | sed -n '1,2p' | paste -sd ,)

exec taskset -c "$cores" test/cluster.sh \
	-c "shared_buffers = ${buffers}MB" \
	-c "wal_level = minimal" -c "max_wal_senders = 0" -c "max_wal_size = 16GB" \
	-c "autovacuum = off" -c "max_parallel_workers = 8" -c "jit = off" \
	test/bench/suite.sh "$lines" "$@"
