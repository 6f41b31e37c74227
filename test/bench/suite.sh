#!/usr/bin/env bash
# Measures on the server of test/cluster.sh: all sections, or those given.
#
#   test/bench/suite.sh lines [ledger] [window] [book] [duckdb] [scaling] [size] [alive] [mart]
#
# Progress goes to stderr, the result to stdout.  The program fails if a query
# does or if two that should give the same rows do not; a target that is
# missed is printed as such and fails nothing.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=test/bench/measure.sh
. test/bench/measure.sh
# shellcheck source=test/bench/duckdb.sh
. test/bench/duckdb.sh
# shellcheck source=test/bench/mart.sh
. test/bench/mart.sh

# Settings of a race.  With the default parallel_tuple_cost the planner denies
# some of the plain queries the workers that make them faster.
settings() {
	echo "SET max_parallel_workers_per_gather = $1; SET work_mem = '$2'; SET parallel_tuple_cost = 0.01"
}
SERIAL=$(settings 0 256MB)
PARALLEL=$(settings 2 256MB)

lines=$1
shift
many=$((lines < 10000000 ? lines / 10 : 1000000))
base=$((lines < 5000000 ? lines / 100 : 50000))
[ $# -gt 0 ] || set -- ledger window book duckdb scaling size alive mart
for section; do
	[[ " ledger window book duckdb scaling size alive mart " = *" $section "* ]] || die "no section $section"
done

heading() { printf '\n%s\n' "$*"; say "$(date +%T) $*"; }

# Makes the table of a schema unless it is there, and puts it into memory.
#   base        the lines asked for, 50,000 accounts or, if less, a hundredth of them
#   small       a tenth of the lines
#   few, many   1,000 accounts; a million or, if less, a tenth of the lines
#   text, uuid  the lines of base with other keys
need() {
	ask "SELECT to_regclass('$1.sale') IS NOT NULL"
	[ "$REPLY" = f ] || return 0
	say "$(date +%T)   making the table $1.sale"
	ask "RESET ALL; CREATE SCHEMA $1; SET search_path = $1"
	case $1 in
		base) generate "$lines" "$base" ;;
		small) generate $((lines / 10)) "$base" ;;
		many) generate "$lines" "$many" ;;
		few) copy_base "1000000 + account % 1000" ;;
		text) copy_base "'C' || lpad(account::text, 7, '0')" ;;
		uuid) copy_base "md5(account::text)::uuid" ;;
	esac
	ask "VACUUM (ANALYZE, FREEZE) $1.sale; SELECT public.pg_prewarm('$1.sale')"
}

generate() { ask "\\set lines $1"$'\n'"\\set accounts $2"$'\n'"\\i test/bench/sale.sql"; }

# Not in parallel: that would change the order.
copy_base() {
	ask "SET max_parallel_workers_per_gather = 0;
		CREATE TABLE sale AS
		SELECT invoice_id, $1 AS account, sold_on, amount, cost, quantity, region
		FROM base.sale"
}

drop() { ask "DROP SCHEMA $1 CASCADE"; }

section_ledger() {
	local mem workers groups

	need base
	for workers in 0 2; do
		for mem in 4MB 256MB; do
			heading "ledger: GROUP BY account, $workers workers, work_mem $mem"
			race "$(settings $workers $mem)" ledger_by_account sum_by_account
			verdict "ledger / sum, $workers workers, work_mem $mem" \
				"${ms[ledger_by_account]}" "${ms[sum_by_account]}" "<=" 2.0
		done
	done

	need few
	need many
	heading "ledger: GROUP BY account, few and many accounts, serial, work_mem 256MB"
	race "$SERIAL" few/ledger_by_account few/sum_by_account many/ledger_by_account many/sum_by_account
	for groups in few many; do
		verdict "ledger / sum, ${rows[$groups/sum_by_account]} accounts, serial" \
			"${ms[$groups/ledger_by_account]}" "${ms[$groups/sum_by_account]}" "<=" 2.0
	done
	verdict "ledger, time with $many accounts / with 1000" \
		"${ms[many/ledger_by_account]}" "${ms[few/ledger_by_account]}" "<=" ""
	drop few

	for workers in 0 2; do
		heading "ledger: ABC-XYZ of twelve months, $workers workers, work_mem 256MB"
		race "$(settings $workers 256MB)" abcxyz_ledger abcxyz_plain_filter abcxyz_plain_month
		choose_fastest abcxyz_plain_filter abcxyz_plain_month
		verdict "plain ABC-XYZ / by ledger, $workers workers" \
			"${ms[$fastest]}" "${ms[abcxyz_ledger]}" ">=" 1.6
	done
	same_columns "$ABCXYZ" abcxyz_ledger abcxyz_plain_filter abcxyz_plain_month
}

# Columns to compare: sums exactly, what is computed in floating point to nine
# digits after the point.
readonly ABCXYZ="account::bigint, sales, abc, round(cv::numeric, 9) AS cv, xyz"
readonly RANK="account::bigint, rank, round(average::numeric, 6) AS average, month_sales, total, credited,
	round(share::numeric, 9) AS share, round(cumulative_share::numeric, 9) AS cumulative_share, abc_class,
	round(cv::numeric, 9) AS cv, cv_class, frequency_class, active_months, purchase_days,
	first_purchase, last_purchase, round(year_on_year::numeric, 9) AS year_on_year, is_key, is_watch"

section_window() {
	need many
	ask "SET search_path = many;
		CREATE TABLE IF NOT EXISTS account AS
		SELECT account, sum(amount) AS sales FROM sale GROUP BY account HAVING sum(amount) > 0;
		VACUUM (ANALYZE, FREEZE) account; SELECT public.pg_prewarm('account')"
	heading "window: abc_class and cumulative_share of $many accounts, work_mem 256MB"
	race "$SERIAL" many/window_kam many/window_plain
	verdict "abc_class and cumulative_share / two window sums" \
		"${ms[many/window_kam]}" "${ms[many/window_plain]}" "<=" 0.6
	ask "SET search_path = many; $(<test/bench/window_differences.sql)"
	[ "$REPLY" = 0 ] || die "abc_class or cumulative_share differ from the plain sums in $REPLY rows"
	printf '  the same classes and shares follow from both\n'
}

section_book() {
	local workers

	need base
	for workers in 0 2; do
		heading "book: rank_accounts over a book, $workers workers, work_mem 256MB"
		race "$(settings $workers 256MB)" rank_book floor
		if [ "$workers" = 0 ]; then
			verdict "rank_accounts / scan, serial" "${ms[rank_book]}" "${ms[floor]}" "<=" 1.8 1.5
		else
			verdict "rank_accounts / scan, two workers" "${ms[rank_book]}" "${ms[floor]}" "<=" 2.3 1.8
		fi

		heading "book: ABC-XYZ of twelve months, $workers workers, work_mem 256MB"
		race "$(settings $workers 256MB)" abcxyz_book abcxyz_plain_filter abcxyz_plain_month \
			floor_twelve_months
		choose_fastest abcxyz_plain_filter abcxyz_plain_month
		verdict "plain ABC-XYZ / by book, $workers workers" \
			"${ms[$fastest]}" "${ms[abcxyz_book]}" ">=" 4 6
		verdict "plain ABC-XYZ / bare scan of its lines, $workers workers" \
			"${ms[$fastest]}" "${ms[floor_twelve_months]}" "" ""

		heading "book: all columns of rank_accounts (plain: trend apart), $workers workers, work_mem 256MB"
		race "$(settings $workers 256MB)" rank_book rank_plain_filter rank_plain_month
		choose_fastest rank_plain_filter rank_plain_month
		verdict "plain ranking / by book, $workers workers" \
			"${ms[$fastest]}" "${ms[rank_book]}" ">=" 5 10
	done
	same_columns "$ABCXYZ" abcxyz_book abcxyz_plain_filter abcxyz_plain_month
	same_columns "$RANK" rank_book rank_plain_filter rank_plain_month

	heading "book: peak of private memory of the session and its workers"
	for workers in 0 2; do
		local query
		for query in floor rank_book rank_plain_filter rank_plain_month ledger_by_account; do
			peak_memory "SET search_path = base; $(settings $workers 256MB)" "$query"
			printf '  %-26s %d workers %6d MB\n' "$query" "$workers" "$REPLY"
		done
	done
}

section_scaling() {
	local table

	need base
	heading "scaling: serial, work_mem 256MB"
	race "$SERIAL" book_by_region book floor_by_region floor
	verdict "a book for each of 100 regions / one book" \
		"${ms[book_by_region]}" "${ms[book]}" "<=" 1.5
	verdict "bare counts for each of 100 regions / bare scan" \
		"${ms[floor_by_region]}" "${ms[floor]}" "" ""
	for table in small many text uuid; do
		need $table
		race "$SERIAL" $table/rank_book $table/floor rank_book
		case $table in
			small)
				verdict "rank_accounts, $lines lines / 10 times a tenth of them" \
					"$(awk -v ms="${ms[rank_book]}" 'BEGIN { print ms / 10 }')" "${ms[small/rank_book]}" "<=" 1.2
				;;
			many)
				verdict "rank_accounts / scan, $many accounts, serial" \
					"${ms[many/rank_book]}" "${ms[many/floor]}" "<=" ""
				verdict "rank_accounts, $many accounts / $base" \
					"${ms[many/rank_book]}" "${ms[rank_book]}" "<=" 3
				;;
			*)
				verdict "rank_accounts, $table keys / bigint keys" \
					"${ms[$table/rank_book]}" "${ms[rank_book]}" "<=" 1.5
				;;
		esac
		drop $table
	done
}

section_size() {
	need base
	heading "size: bytes of the stored forms"
	ask "$PARALLEL; SET search_path = base; $(<test/bench/size.sql)"
	printf '%s\n' "$REPLY"
}

section_alive() {
	local accounts model limit

	for accounts in 50000 1000000; do
		heading "alive: fits of $accounts accounts, serial, work_mem 256MB"
		ask "RESET ALL; CREATE SCHEMA buyers; SET search_path = buyers"
		ask "\\set accounts $accounts"$'\n'"\\i test/bench/buyer.sql"
		ask "VACUUM (ANALYZE, FREEZE) buyer; SELECT public.pg_prewarm('buyer')"
		race "$SERIAL" buyers/fit_bgbb buyers/fit_mbgnbd buyers/fit_bgnbd buyers/fit_gamma_gamma buyers/score_buyers
		limit=$((accounts == 50000 ? 2 : 30))
		for model in bgbb mbgnbd bgnbd gamma_gamma; do
			verdict "seconds of kam.${model}_fit, $accounts accounts" "${ms[buyers/fit_$model]}" 1000 "<=" $limit
		done
		drop buyers
	done
}

printf 'kam benchmark, %s\n' "$(date +%F)"
printf '  machine     %s\n' "$(lscpu | sed -n '/^Model name:/ { s/^Model name:[[:space:]]*//p; q }'), $(nproc) cores used, $(awk '$1 == "MemTotal:" { printf "%d GB", $2 / 1048576 }' /proc/meminfo) memory, $(uname -sr)"
open_session
ask "CREATE EXTENSION kam; CREATE EXTENSION pg_prewarm;
	SELECT '  PostgreSQL  ' || version()
	UNION ALL
	SELECT '  settings    ' || string_agg(name || ' ' || current_setting(name), ', ' ORDER BY name)
	FROM pg_settings
	WHERE name IN ('shared_buffers', 'hash_mem_multiplier', 'parallel_leader_participation', 'max_parallel_workers')"
printf '%s\n' "$REPLY"
printf '  method      medians of %s runs each in turn, after warming up; each query, of either side, with\n' "$ROUNDS"
printf '              jit on or off, whichever was faster in the warm-up\n'

for section; do
	"section_$section"
done

printf '\nAll ratios\n'
printf '  %s\n' "${verdicts[@]}"
