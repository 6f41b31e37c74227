# shellcheck shell=bash
# Sourced by suite.sh: DuckDB beside PostgreSQL, with two threads and the same
# lines in a table of its own.
#
# ms and fastest come from race and choose_fastest:
# shellcheck disable=SC2154

# Installs DuckDB below KAM_TMP and starts it; false, with a reason, if it
# cannot be had.
start_duckdb() {
	local modules=$KAM_TMP/duckdb

	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		echo "  skipped: there is no node with npm to run DuckDB in"
		return 1
	fi
	say "$(date +%T)   installing DuckDB below $modules"
	if ! npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund \
		"@duckdb/node-api@${DUCKDB:-latest}" >"$KAM_TMP/npm.log" 2>&1; then
		tail -n 5 "$KAM_TMP/npm.log" >&2
		echo "  skipped: npm could not install @duckdb/node-api"
		return 1
	fi
	csv=$KAM_TMP/sale.csv
	mkfifo "$KAM_TMP/requests" "$KAM_TMP/answers"
	node test/bench/duckdb.mjs "$modules" "$KAM_TMP/sale.duckdb" "$csv" \
		<"$KAM_TMP/requests" >"$KAM_TMP/answers" 2>"$KAM_TMP/duckdb.log" &
	exec {to_duckdb}>"$KAM_TMP/requests" {from_duckdb}<"$KAM_TMP/answers"
	ask_duckdb version
	printf '  DuckDB %s, 2 threads\n' "$REPLY"
}

# Sends DuckDB a request and leaves its answer in REPLY.
ask_duckdb() {
	echo "$*" >&"$to_duckdb" || true
	IFS= read -r REPLY <&"$from_duckdb" ||
		die "DuckDB failed at: $*"$'\n'"$(<"$KAM_TMP/duckdb.log")"
}

# Writes the columns that DuckDB gets to its CSV file.
export_csv() { ask "COPY base.sale (account, sold_on, amount) TO '$csv' (FORMAT csv)"; }

# Dies unless a query of PostgreSQL and one of DuckDB have the same rows.
#   same_as_duckdb "columns and types of DuckDB's" query duckdb_query columns duckdb_columns
same_as_duckdb() {
	ask_duckdb save "$3" "$KAM_TMP/saved.csv"
	ask "CREATE TEMP TABLE saved ($1); COPY saved FROM '$KAM_TMP/saved.csv' (FORMAT csv)"
	ask "SET search_path = base"
	same_rows "$2" "SELECT $4 FROM ($(query "$2")) AS q" \
		"duckdb:$3" "SELECT $5 FROM pg_temp.saved AS q"
	ask "DROP TABLE pg_temp.saved"
	rm "$KAM_TMP/saved.csv"
}

section_duckdb() {
	local form

	need base
	heading "duckdb: 36 months of each account with distinct purchase days, two workers against two threads"
	if ! start_duckdb; then
		verdicts+=("DuckDB: skipped, it cannot be had here")
		return
	fi
	export_csv
	ask_duckdb load

	race "$PARALLEL" months_book duckdb:months_plain duckdb:months_bitmap duckdb:months_arithmetic
	verdict "a row a month by book / DuckDB, plain form" \
		"${ms[months_book]}" "${ms[duckdb:months_plain]}" "<=" 1.0
	choose_fastest duckdb:months_bitmap duckdb:months_arithmetic duckdb:months_plain
	verdict "a row a month by book / DuckDB, best form" \
		"${ms[months_book]}" "${ms[$fastest]}" "<=" "" 1.0
	for form in plain bitmap arithmetic; do
		same_as_duckdb "account bigint, month date, sales numeric, credited numeric, lines bigint,
			purchase_days integer" months_book months_$form "*" "*"
	done

	heading "duckdb: all columns of rank_accounts (DuckDB: trend apart), two workers against two threads"
	race "$PARALLEL" rank_book duckdb:rank
	verdict "rank_accounts / DuckDB, best form" \
		"${ms[rank_book]}" "${ms[duckdb:rank]}" "<=" "" 1.0
	same_as_duckdb "account bigint, rank bigint, average float8, k1 numeric, k2 numeric, k3 numeric,
		total numeric, credited numeric, share float8, cumulative_share float8, abc_class text,
		cv float8, cv_class text, frequency_class text, active_months integer,
		purchase_days integer, first_purchase date, last_purchase date, year_on_year float8,
		is_key boolean, is_watch boolean" rank_book rank \
		"$RANK" "${RANK/month_sales/ARRAY[k1, k2, k3] AS month_sales}"

	heading "duckdb: the same months through a CSV file, export included"
	race "$PARALLEL" months_book csv:months_csv
	verdict "DuckDB through CSV / a row a month by book" \
		"${ms[csv:months_csv]}" "${ms[months_book]}" ">=" "" 1.0
	same_as_duckdb "account bigint, month date, sales numeric, credited numeric, lines bigint,
		purchase_days integer" months_book months_csv "*" "*"

	ask_duckdb memory
	printf '  peak of all memory of the process with DuckDB: %s MB\n' "$REPLY"
	rm -f "$csv"
}
