#!/usr/bin/env bash
# make test: prepares, builds and runs the tests on a throw-away server: all
# kinds, or those given.
#
#   test/run.sh [regression] [isolation] [tap]
#
# REGRESS="install ledger" limits the regression tests, PROVE_TESTS the TAP
# tests, PG_CONFIG chooses the PostgreSQL.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

say "Tests of kam: installs what is missing on this machine, builds kam, starts a
throw-away server below ${TMPDIR:-/tmp}, runs the tests there and removes it all."
PG_CONFIG=$(test/prepare.sh tests)
export PG_CONFIG
exec test/cluster.sh test/suite.sh "$@"
