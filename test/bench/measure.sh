# shellcheck shell=bash
# Sourced by suite.sh: a session, timed races in it, and their verdicts.

# A failure says what it was, also when it is a pipe that nobody reads.
trap '' PIPE

ROUNDS=${ROUNDS:-5}
verdicts=()

# One psql for all: statements go in, and what they return comes out, up to a
# mark.  It ends at the first error.
open_session() {
	coproc SESSION { exec psql -X -q -A -t -v ON_ERROR_STOP=1 2>&1; }
	exec {to_session}>&"${SESSION[1]}" {from_session}<&"${SESSION[0]}"
	ask "SET client_min_messages = warning; SELECT pg_backend_pid()"
	session_pid=$REPLY
}

# Runs SQL or psql's commands and leaves in REPLY what they return.
ask() {
	local line answer=""

	printf '%s\n;\n\\echo ~~~\n' "$1" >&"$to_session" || true
	while IFS= read -r line <&"$from_session"; do
		if [ "$line" = '~~~' ]; then
			REPLY=${answer%$'\n'}
			return
		fi
		answer+=$line$'\n'
	done
	die "PostgreSQL failed: $answer$1"
}

# Prints the query of a file, without the semicolon.
query() { sed '$ s/;$//' "test/bench/queries/$1.sql" || die "no query $1"; }

# Contestants are queries, on the table of schema base, of another schema:
# million/rank_book, or in DuckDB: duckdb:months_plain, csv: with the export of
# the table to its CSV file before; and refreshes: mart:fill.

# Points the session at the table of a contestant, sets jit as found best for
# it, and leaves its query in sql.
choose() {
	local schema=base

	[[ $1 != */* ]] || schema=${1%/*}
	ask "SET search_path = $schema; SET jit = ${jit[$1]:-off}"
	sql=$(query "${1#*/}")
}

# Prints what psql says a statement took.
milliseconds() { sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' <<<"$1"; }

# Times a contestant: leaves milliseconds in REPLY, its number of rows in rows.
# All columns of all rows are computed, none is shipped.  EXPLAIN ANALYZE would
# slow down cheap nodes more than others.
clock() {
	case $1 in
		duckdb:*)
			ask_duckdb run "${1#duckdb:}"
			rows[$1]=${REPLY% *}
			REPLY=${REPLY#* }
			;;
		csv:*)
			ask "\\timing on"
			export_csv
			local exported=$REPLY
			ask "\\timing off"
			ask_duckdb run "${1#csv:}"
			rows[$1]=${REPLY% *}
			REPLY=$(awk -v a="$(milliseconds "$exported")" -v b="${REPLY#* }" 'BEGIN { print a + b }')
			;;
		mart:*)
			clock_mart "${1#mart:}"
			;;
		*)
			choose "$1"
			ask "\\timing on"$'\n'"SELECT count(q) FROM ($sql) AS q"$'\n;\n\\timing off'
			rows[$1]=${REPLY%%$'\n'*}
			REPLY=$(milliseconds "$REPLY")
			;;
	esac
}

# Warms up a contestant, finds out whether it is faster with jit or without, and
# says in about what its plan does.
warm_up() {
	local plan launched with_jit

	if [[ $1 = *:* ]]; then
		clock "$1"
		return
	fi
	choose "$1"
	ask "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS) $sql"
	plan=$REPLY
	launched=$(sed -n 's/.*Workers Launched: //p' <<<"$plan" | sort -n | tail -n 1)
	about[$1]="${launched:-0} workers"
	! grep -q 'temp read' <<<"$plan" || about[$1]+=", spills"
	if [ "$(sed -n 's/.*shared hit=[0-9]* read=\([0-9]*\).*/\1/p' <<<"$plan" | sort -n | tail -n 1)0" -ge 10000 ]; then
		about[$1]+=", reads from outside shared_buffers"
	fi
	jit[$1]=on
	clock "$1"
	with_jit=$REPLY
	jit[$1]=off
	clock "$1"
	jit[$1]=$(awk -v on="$with_jit" -v off="$REPLY" 'BEGIN { print on < off ? "on" : "off" }')
	about[$1]+=", jit ${jit[$1]}"
}

# Prints the median of times in milliseconds, the least and the most.
median() {
	tr ' ' '\n' <<<"${1% }" | sort -n |
		awk '{ t[NR] = $1 } END { print (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2, t[1], t[NR] }'
}

# Runs contestants in turn, ROUNDS times after warming up, and leaves
# the median of each in ms.
#   race "settings" contestant...
race() {
	local settings=$1 contestant round least most

	shift
	declare -gA rows=() about=() times=() ms=() jit=()
	ask "RESET ALL; SET client_min_messages = warning; $settings"
	for contestant; do
		warm_up "$contestant"
	done
	for ((round = 0; round < ROUNDS; round++)); do
		for contestant; do
			clock "$contestant"
			times[$contestant]+="$REPLY "
		done
	done
	for contestant; do
		read -r "ms[$contestant]" least most < <(median "${times[$contestant]}")
		awk -v name="$contestant" -v ms="${ms[$contestant]}" -v least="$least" -v most="$most" \
			-v about="${rows[$contestant]} rows${about[$contestant]:+, ${about[$contestant]}}" \
			'BEGIN { printf "  %-26s %8.3f s  (%.3f to %.3f; %s)\n", name, ms/1e3, least/1e3, most/1e3, about }'
	done
}

# Leaves in fastest the one with the least median of those raced.
choose_fastest() {
	local contestant

	fastest=$1
	for contestant; do
		fastest=$(awk -v a="${ms[$contestant]}" -v b="${ms[$fastest]}" \
			-v x="$contestant" -v y="$fastest" 'BEGIN { print a < b ? x : y }')
	done
}

# Prints a ratio with its targets, of which one may be empty, and keeps it for
# the end.
#   verdict "what" dividend divisor "<=" must [aim]
verdict() {
	local line

	line=$(awk -v what="$1" -v a="$2" -v b="$3" -v op="$4" -v must="$5" -v aim="${6:-}" '
		function met(target) { return op == "<=" ? a / b <= target : a / b >= target }
		BEGIN {
			printf "%-52s %6.2f", what, a / b
			if (must != "") printf "  must %s %s: %s", op, must, met(must) ? "met" : "MISSED"
			if (aim != "") printf "  aim %s %s: %s", op, aim, met(aim) ? "met" : "not met"
		}')
	printf '  = %s\n' "$line"
	verdicts+=("$line")
}

# Dies unless two queries have the same rows, each as often.
#   same_rows name SQL name SQL
same_rows() {
	ask "CREATE TEMP TABLE one AS $2;
		CREATE TEMP TABLE other AS $4;
		SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM other),
			(SELECT count(*) FROM ((TABLE one EXCEPT ALL TABLE other)
				UNION ALL (TABLE other EXCEPT ALL TABLE one)) AS d)"
	[[ $REPLY =~ ^([1-9][0-9]*)\|([1-9][0-9]*)\|0$ ]] ||
		die "$1 and $3 differ: rows|rows|different ones are $REPLY"
	ask "DROP TABLE one, other"
	printf '  %s and %s: the same %s rows, compared one by one\n' "$1" "$3" "${BASH_REMATCH[1]}"
}

# Dies unless queries have the same rows as the first, of the columns given.
same_columns() {
	local columns=$1 first=$2 other

	shift 2
	for other; do
		ask "SET search_path = base"
		same_rows "$first" "SELECT $columns FROM ($(query "$first")) AS q" \
			"$other" "SELECT $columns FROM ($(query "$other")) AS q"
	done
}

# Leaves in REPLY the peak of the private memory, in MB, of a new session that
# runs a query, workers included: what the kernel counts as RssAnon, without
# shared buffers, looked at a hundred times a second.
#   peak_memory "settings" query
peak_memory() {
	local server others psql pid key value sum peak=0

	server=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$session_pid/status")
	others=" $(<"/proc/$server/task/$server/children") "
	printf '%s;\nSELECT count(q) FROM (%s) AS q;\n' "$1" "$(query "$2")" | psql -X -q -A -t -v ON_ERROR_STOP=1 >/dev/null &
	psql=$!
	while kill -0 "$psql" 2>/dev/null; do
		sum=0
		for pid in $(<"/proc/$server/task/$server/children"); do
			[[ $others != *" $pid "* ]] || continue
			while read -r key value _; do
				[ "$key" != RssAnon: ] || sum=$((sum + value))
			done 2>/dev/null <"/proc/$pid/status" || true
		done
		[ "$sum" -le "$peak" ] || peak=$sum
		sleep 0.01
	done
	wait "$psql" || die "$2 failed"
	REPLY=$((peak / 1024))
}
