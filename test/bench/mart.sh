# shellcheck shell=bash
# Sourced by suite.sh: marts over the table of schema base, as of a night within
# the last month of its lines, so that the running month is compared, too.
#
# ms and rows come from race:
# shellcheck disable=SC2154

readonly AS_OF=2023-12-20 REPORT_MONTH=2023-11-01 LAST_MONTH=2023-12-01

# Makes what a mart needs beside the lines: accounts, and an index by which a
# refresh finds the last month.
need_accounts() {
	need base
	ask "SELECT to_regclass('base.account') IS NOT NULL"
	[ "$REPLY" = f ] || return 0
	say "$(date +%T)   making the table base.account and an index"
	ask "RESET ALL; SET search_path = base"
	ask "\\i test/bench/account.sql"
	ask "CREATE INDEX sale_sold_on ON sale USING brin (sold_on);
		VACUUM (ANALYZE, FREEZE) account; SELECT public.pg_prewarm('account')"
}

# Makes a mart anew, not filled yet.
#   make_mart mart [further arguments of kam.create_mart]
make_mart() {
	ask "SELECT kam.drop_mart('$1') FROM pg_namespace WHERE nspname = '$1'"
	ask "SELECT kam.create_mart('$1', 'base.sale', 'account', 'sold_on', 'amount'${2:+, $2});
		SELECT kam.bind_accounts('$1', 'base.account', 'account', name => 'name', manager => 'manager',
			account_group => 'account_group', industry => 'industry', region => 'region', country => 'country',
			channel => 'channel', credit_limit => 'credit_limit', payment_terms => 'payment_terms')"
}

# Times kam.refresh, for clock: fill the first one of a new mart, full a later
# one, since with the last month only.  The rows are those computed.  What the
# one before left behind is cleaned up first, as autovacuum would have done.
clock_mart() {
	local arguments="'mart', '$AS_OF'"

	case $1 in
		fill) make_mart mart "cost => 'cost', quantity => 'quantity'" ;;
		since) arguments+=", '$LAST_MONTH'" ;;
	esac
	ask "VACUUM mart.account_month, mart.strategic_month, mart.account_label, mart.month_book"
	ask "\\timing on"$'\n'"CALL kam.refresh($arguments)"$'\n;\n\\timing off'
	local answer=$REPLY
	ask "SELECT count(*) FROM mart.account_month JOIN mart.report_month USING (report_month)
		WHERE refresh_id = (SELECT max(refresh_id) FROM mart.refresh_log)"
	rows[mart:$1]=$REPLY
	REPLY=$(milliseconds "$answer")
}

# Times the report views of a mart, or those given, for one month, for the latest
# one and for one account, with the settings that PostgreSQL has by default.
# Leaves in slow, by the column of the table, the milliseconds and the name of
# the slowest, and adds the queries that take longer than limits to missed.
#   race_views mart account [view]...
race_views() {
	local mart=$1 account=$2 round view column views key shown=""
	local -A queries=() times=()

	shift 2
	ask "RESET ALL; SET client_min_messages = warning; SET jit = on; SET search_path = $mart"
	ask "SELECT c.relname, coalesce((SELECT 'account' FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'account_id'), '')
		FROM pg_class AS c
		WHERE c.relnamespace = '$mart'::regnamespace
			AND c.relname IN (SELECT relation_name FROM kam._mart_relation() WHERE made_as = 'report')
			AND (SELECT count(*) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname IN ('report_month', 'is_latest')) = 2
			AND ('$*' = '' OR c.relname = ANY (string_to_array('$*', ' ')))
		ORDER BY c.relname"
	views=$REPLY
	while IFS='|' read -r view column; do
		queries[$view month]="SELECT * FROM $view WHERE report_month = '$REPORT_MONTH'"
		queries[$view latest]="SELECT * FROM $view WHERE is_latest"
		[ -z "$column" ] || queries[$view account]="SELECT * FROM $view WHERE account_id = $account"
	done <<<"$views"

	for ((round = 0; round <= ROUNDS; round++)); do
		for key in "${!queries[@]}"; do
			ask "\\timing on"$'\n'"SELECT count(q) FROM (${queries[$key]}) AS q"$'\n;\n\\timing off'
			rows["$key"]=${REPLY%%$'\n'*}
			[ $round -eq 0 ] || times[$key]+="$(milliseconds "$REPLY") "
		done
	done

	printf '  %-22s %26s %26s %26s\n' "median ms (rows)" "one month" "the latest month" "one account, all months"
	while IFS='|' read -r view _; do
		printf '  %-22s' "$view"
		for column in month latest account; do
			key="$view $column"
			if [ -z "${queries[$key]:-}" ]; then
				printf ' %26s' "-"
				continue
			fi
			read -r "ms[$key]" _ < <(median "${times[$key]}")
			printf ' %16.2f (%7d)' "${ms[$key]}" "${rows[$key]}"
			if awk -v a="${ms[$key]}" -v b="${slow[$column]:-0}" 'BEGIN { exit !(a > b + 0) }'; then
				slow[$column]="${ms[$key]} $view"
			fi
			# The plans for one month and for the latest are alike.
			if awk -v ms="${ms[$key]}" -v most="${limits[$column]}" 'BEGIN { exit !(ms >= most) }' &&
				[ "$column $shown" != "latest $view" ]; then
				missed+=("$mart|${queries[$key]}")
				shown=$view
			fi
		done
		printf '\n'
	done <<<"$views"
}

section_mart() {
	local workers query fills=$((ROUNDS < 3 ? ROUNDS : 3))
	# of race_views, by column: the limits in milliseconds, and what it finds
	local -A limits=([month]=50 [latest]=50 [account]=5) slow=()
	local missed=()

	need_accounts
	for workers in 0 2; do
		heading "mart: first fill with 13 months of history, $workers workers, work_mem 256MB, medians of $fills runs"
		ROUNDS=$fills race "$(settings $workers 256MB)" rank_book_full mart:fill
		verdict "first fill / rank_accounts over a book, $workers workers" \
			"${ms[mart:fill]}" "${ms[rank_book_full]}" "<=" 10

		heading "mart: later refreshes, $workers workers, work_mem 256MB"
		race "$(settings $workers 256MB)" rank_book_full mart:full mart:since
		verdict "refresh / rank_accounts over a book, $workers workers" \
			"${ms[mart:full]}" "${ms[rank_book_full]}" "<=" 3
		verdict "refresh since the last month / refresh, $workers workers" \
			"${ms[mart:since]}" "${ms[mart:full]}" "<=" "$([ "$lines" -ge 100000000 ] && echo 0.1 || echo 0.5)"
	done

	# A second one without cost, but with what the first has not: groups that
	# are ranked, and receivables
	heading "mart: report views, $base accounts, all columns of all rows; PostgreSQL's default settings"
	make_mart plain
	ask "UPDATE plain.settings SET unit = 'group';
		CREATE TABLE base.receivable AS
		SELECT account, sold_on AS issued_on, sold_on + 30 AS due_on, sold_on + 20 + (invoice_id % 61)::integer AS paid_on, sum(amount) AS amount
		FROM base.sale WHERE invoice_id % 4 = 0 AND sold_on <= '$AS_OF' GROUP BY invoice_id, account, sold_on;
		SELECT kam.bind_receivables('plain', 'base.receivable', 'account', 'issued_on', 'CASE WHEN paid_on <= ''$AS_OF'' THEN paid_on END', 'amount', due_on => 'due_on')"
	ask "CALL kam.refresh('plain', '$AS_OF')"
	ask "VACUUM (ANALYZE)"
	ask "SELECT account_id FROM mart.account_rank WHERE is_latest ORDER BY rank, account_id LIMIT 1"
	race_views mart "$REPLY"
	ask "SELECT head_id FROM plain.group_member WHERE is_latest ORDER BY sales_12m DESC, head_id LIMIT 1"
	race_views plain "$REPLY" account_rank key_account group_member receivable overdue payment_history receivable_portfolio strategic_account strategic_reason
	verdict "slowest view of one month, ms: ${slow[month]#* }" "${slow[month]% *}" 1 "<=" "${limits[month]}"
	verdict "slowest view of the latest month, ms: ${slow[latest]#* }" "${slow[latest]% *}" 1 "<=" "${limits[latest]}"
	verdict "slowest view of one account, ms: ${slow[account]#* }" "${slow[account]% *}" 1 "<=" "${limits[account]}"
	for query in ${missed[@]+"${missed[@]}"}; do
		printf '\n  too slow, in mart %s: %s\n' "${query%%|*}" "${query#*|}"
		ask "SET search_path = ${query%%|*}; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS) ${query#*|}"
		printf '    %s\n' "${REPLY//$'\n'/$'\n    '}"
	done

	heading "mart: sizes"
	ask "$(<test/bench/mart_size.sql)"
	printf '%s\n' "$REPLY"
	ask "SELECT (SELECT pg_table_size('mart.account_month')::float8 / count(*) FROM mart.account_month),
		(SELECT sum(pg_column_size(b.book))::float8 / sum(s.account_months) FROM mart.month_book AS b, kam.size(b.book) AS s),
		(SELECT sum(pg_column_size(b.book))::float8 / sum(s.account_months) FROM plain.month_book AS b, kam.size(b.book) AS s)"
	local row full plain
	IFS='|' read -r row full plain <<<"$REPLY"
	verdict "account_month, bytes a row" "$row" 1 "<=" 400
	verdict "month_book with cost and quantity, bytes each" "$full" 1 "<=" 25
	verdict "month_book without them, bytes each" "$plain" 1 "<=" 16
	ask "SELECT kam.drop_mart('mart'), kam.drop_mart('plain'); DROP INDEX base.sale_sold_on; DROP TABLE base.account, base.receivable"
}
