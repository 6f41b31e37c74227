#!/usr/bin/env bash
# Runs every test on the server of test/cluster.sh, all three kinds even when
# one fails.  Results are in results/, logs of failed TAP tests in tmp_check/.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

failed=()
given=()
[ -z "${REGRESS:-}" ] || given=(REGRESS="$REGRESS")

installcheck() { make -s PG_CONFIG="$PG_CONFIG" "$@" installcheck; }

rm -rf results regression.diffs regression.out tmp_check

show_diffs() {
	[ ! -s regression.diffs ] || cat regression.diffs
}

say "Regression tests"
installcheck "${given[@]}" ISOLATION= TAP_TESTS= ||
	{ failed+=(regression); show_diffs; }

if compgen -G 'test/specs/*.spec' >/dev/null; then
	say "Isolation tests"
	installcheck REGRESS= TAP_TESTS= ||
		{ failed+=(isolation); show_diffs; }
fi

# In a copy, since servers started by these tests must not run as root and
# their user need not be able to read this tree.
if compgen -G 'test/t/*.pl' >/dev/null; then
	say "TAP tests"
	read -ra as_server <<<"$KAM_AS_SERVER"
	copy=$KAM_TMP/tree
	mkdir "$copy"
	cp -R Makefile kam.control test "$copy"
	[ ${#as_server[@]} -eq 0 ] || chown -R --reference="$KAM_TMP" "$copy"
	(
		cd "$copy"
		export HOME=$copy
		"${as_server[@]}" make -s PG_CONFIG="$PG_CONFIG" REGRESS= ISOLATION= \
			${PROVE_TESTS:+PROVE_TESTS="$PROVE_TESTS"} installcheck
	) || {
		failed+=(TAP)
		mkdir tmp_check
		cp -R "$copy/tmp_check/log" tmp_check/
	}
fi

# What a crash or a sanitizer leaves in the log tells more than a lost
# connection does.
if [ ${#failed[@]} -gt 0 ]; then
	grep -E -A 30 'terminated by signal|PANIC:|TRAP:|Sanitizer|runtime error:' \
		"$KAM_TMP/server.log" | head -n 200 || true
	say "FAILED on $("$PG_CONFIG" --version): ${failed[*]}"
	exit 1
fi
say "All tests passed on $("$PG_CONFIG" --version)"
