#!/usr/bin/env bash
# make demo: from nothing to the monthly key-account report of a real wholesaler.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

say "Demo of kam: installs what is missing on this machine, builds kam, starts a
throw-away server below ${TMPDIR:-/tmp}, loads 541,909 invoice lines of a real
wholesaler, prints its monthly key-account report and removes the server again."
PG_CONFIG=$(test/prepare.sh)
export PG_CONFIG
exec test/cluster.sh env PG_ABS_SRCDIR="$PWD/test" \
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off -f "$PWD/test/demo/demo.sql"
