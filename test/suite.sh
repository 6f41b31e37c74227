#!/usr/bin/env bash
# Runs the tests on the server of test/cluster.sh: all kinds, or those given.
#
#   test/suite.sh [regression] [isolation] [tap]
#
# A kind that fails does not keep the others from running.  Results are left
# in results/, logs of failed TAP tests in tmp_check/.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

installcheck() { make -s PG_CONFIG="$PG_CONFIG" "$@" installcheck; }

# Each kind is installcheck without the others.
run_regression() {
	installcheck ISOLATION= TAP_TESTS= ${REGRESS:+REGRESS="$REGRESS"} ||
		{ cat regression.diffs; return 1; }
}

run_isolation() {
	compgen -G 'test/specs/*.spec' >/dev/null || return 0
	installcheck REGRESS= TAP_TESTS= ||
		{ cat regression.diffs; return 1; }
}

# In a copy, since the servers these tests start must not run as root and
# their user need not be able to read this tree.
run_tap() {
	local copy=$KAM_TMP/tree as_server

	compgen -G 'test/t/*.pl' >/dev/null || return 0
	read -ra as_server <<<"$KAM_AS_SERVER"
	rm -rf "$copy"
	mkdir "$copy"
	cp -R Makefile README.md kam.control test "$copy"
	chown -R --reference="$KAM_TMP" "$copy"
	(
		cd "$copy"
		HOME=$copy "${as_server[@]}" make -s PG_CONFIG="$PG_CONFIG" \
			REGRESS= ISOLATION= ${PROVE_TESTS:+PROVE_TESTS="$PROVE_TESTS"} installcheck
	) || {
		tail -n 60 "$copy"/tmp_check/log/regress_log_*
		mkdir -p tmp_check
		cp -R "$copy/tmp_check/log" tmp_check/
		return 1
	}
}

[ $# -gt 0 ] || set -- regression isolation tap
rm -rf results regression.diffs regression.out tmp_check

failed=()
for kind; do
	say "Tests: $kind"
	"run_$kind" || failed+=("$kind")
done

if [ ${#failed[@]} -gt 0 ]; then
	# What a crash leaves in the log tells more than a lost connection does.
	grep -E -A 30 'terminated by signal|PANIC:|TRAP:|Sanitizer|runtime error:' \
		"$KAM_TMP/server.log" | head -n 200 || true
	say "FAILED on $("$PG_CONFIG" --version): ${failed[*]}"
	exit 1
fi
say "Passed on $("$PG_CONFIG" --version): $*"
