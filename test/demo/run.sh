#!/usr/bin/env bash
# make demo: from nothing to the monthly key-account report of a real wholesaler.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

say "Demo of kam: installs what is missing on this machine, builds kam, starts a
throw-away server below ${TMPDIR:-/tmp}, loads 541,909 invoice lines of a real
wholesaler, prints its monthly key-account report, writes it as a page (demo.html)
and removes the server again."
PG_CONFIG=$(test/prepare.sh)
export PG_CONFIG
# The page stays, where it can be written.
page=$PWD/demo.html
[ -w "$PWD" ] || page=$(mktemp -d)/demo.html
exec test/cluster.sh env PG_ABS_SRCDIR="$PWD/test" \
	psql -X -q -v ON_ERROR_STOP=1 -v page="$page" -P pager=off -f "$PWD/test/demo/demo.sql"
