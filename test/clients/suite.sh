#!/usr/bin/env bash
# Runs the clients on the server of test/cluster.sh: all, or those given.
#
#   test/clients/suite.sh [client]...
#
# Each prints a line "ok - …" or "not ok - …" for each check; what they say,
# screenshots and printed pages are left in test_output/.  The last line counts.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

readonly TRUTH=test_output/truth
KAM_CLIENT_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
export KAM_CLIENT_PASSWORD PG_ABS_SRCDIR=$PWD/test PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 TZ=UTC
passed=0
failed=0

# What must be found in the marts, one directory each
make_truth() {
	local mart i=0

	psql -X -q -v ON_ERROR_STOP=1 -v password="$KAM_CLIENT_PASSWORD" -f test/clients/marts.sql >/dev/null
	while read -r mart; do
		i=$((i + 1))
		mkdir -p "$TRUTH/$i"
		printf '%s\n' "$mart" >"$TRUTH/$i/mart"
		psql -X -q -At -F $'\t' -v ON_ERROR_STOP=1 -v mart="$mart" -f test/clients/truth.sql >"$TRUTH/$i/truth"
	done < <(psql -X -At -c "SELECT mart FROM kam.marts() ORDER BY mart <> 'key_accounts'")
}

# Runs a command, counts its checks and shows those that failed.
run() {
	local name=$1 log=test_output/$1.log status=0 began=$SECONDS ok not_ok version

	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ "$status" -eq 0 ] || echo "not ok - $name ended with status $status" >>"$log"
	ok=$(grep -c '^ok - ' "$log" || true)
	not_ok=$(grep -c '^not ok - ' "$log" || true)
	[ $((ok + not_ok)) -gt 0 ] || { echo "not ok - $name checked nothing" >>"$log"; not_ok=1; }
	version=$(sed -n 's/^# version: //p' "$log" | head -n 1)
	say "$name${version:+ ($version)}: $ok passed, $not_ok failed, $((SECONDS - began)) s"
	if [ "$not_ok" -gt 0 ]; then
		grep -v '^ok - ' "$log" | cut -c 1-2000 | tail -n 60 >&2
	fi
	passed=$((passed + ok))
	failed=$((failed + not_ok))
}

# Runs a command with truth and mart for each mart.
run_on_marts() {
	local name=$1 dir

	shift
	for dir in "$TRUTH"/*; do
		run "$name-${dir##*/}" "$@" "$dir/truth" "$dir/mart"
	done
}

client_jdbc() { run_on_marts jdbc java -cp /usr/share/java/postgresql.jar test/clients/Jdbc.java; }
client_odbc() { run_on_marts odbc /usr/bin/python3 test/clients/odbc.py; }
client_alchemy() { run_on_marts alchemy /usr/bin/python3 test/clients/alchemy.py; }

# As the role that the tools get, through TCP as they do
introspect() {
	PGHOST=127.0.0.1 PGUSER=reader PGPASSWORD=$KAM_CLIENT_PASSWORD psql -X -q -v mart="$(cat "$2")" \
		-v views="$(grep -cP '^comment\t[^\t]+\t\t' "$1")" -f test/clients/introspection.sql
}
client_introspection() { run_on_marts introspection introspect; }

client_contrib() { run_on_marts contrib /usr/bin/python3 test/clients/contrib.py; }

# The spreadsheet leaves what it was given.
client_spreadsheet() {
	mkdir -p test_output/spreadsheet
	run_on_marts spreadsheet open_spreadsheet
}
open_spreadsheet() { /usr/bin/python3 test/clients/spreadsheet.py "$1" "$2" test_output/spreadsheet; }

# Pages, pictures and mails; every picture by itself is XML
client_page() {
	mkdir -p test_output/pages
	(cd test_output/pages && psql -X -q -f "$PG_ABS_SRCDIR/clients/pages.sql")
	run pictures check_pictures
	run page node test/clients/page.mjs test_output/pages
	run paper print_page
}
check_pictures() {
	local page count
	echo "# version: $(xmllint --version 2>&1 | sed -n 's/.*using libxml version /libxml /p')"
	for page in test_output/pages/*.html; do
		count=$(perl -0777 -ne 'while (/<svg .*?<\/svg>/gs) { open my $f, ">", sprintf("$ARGV.%03d.svg", ++$n) or die; print $f $& } END { print $n // 0 }' "$page")
		if [ "$count" -eq 0 ]; then
			case $page in */mail*) continue ;; esac
		fi
		if xmllint --nonet --noout "$page".*.svg; then
			echo "ok - pictures: $count of ${page##*/} are XML"
		else
			echo "not ok - pictures: of ${page##*/}"
		fi
		rm -f "$page".*.svg
	done
}
# The command of the manual
print_page() {
	local pdf=test_output/pages/printed.pdf
	chromium --headless --no-sandbox --no-pdf-header-footer --print-to-pdf="$pdf" "file://$PWD/test_output/pages/demo-en.html" 2>/dev/null
	[[ $(pdfinfo "$pdf") =~ \(A4\) ]] && echo 'ok - paper: A4' || echo 'not ok - paper: A4'
	[[ $(pdftotext "$pdf" -) =~ 'What needs attention' ]] && echo 'ok - paper: text' || echo 'not ok - paper: text'
}

client_dbplyr() { run_on_marts dbplyr Rscript test/clients/dbplyr.R; }
client_evidence() { run_on_marts evidence node test/clients/evidence.mjs; }
client_cube() { run_on_marts cube node test/clients/cube.mjs; }

[ $# -gt 0 ] || set -- jdbc odbc alchemy introspection contrib spreadsheet page ${ALL:+dbplyr evidence cube}
rm -rf test_output
mkdir test_output
say "Filling two marts"
make_truth
for client; do
	"client_$client"
done
say "What the clients said is in $PWD/test_output"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
