#!/usr/bin/env bash
# make test-clients: prepares, builds, and lets real clients read two filled
# marts on a throw-away server.
#
#   test/clients/run.sh [client]...
#
# Clients are those of test/clients/suite.sh, by default those that are always
# run; ALL=1 takes further ones, whose installation is large.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/../lib.sh"

say "Tests of kam in clients: installs what is missing on this machine (a browser,
Java, ODBC, Python and LibreOffice among it), builds kam, starts a throw-away
server below ${TMPDIR:-/tmp}, fills two marts and reads them by real clients."
PG_CONFIG=$(test/prepare.sh "${ALL:+all-}clients")
export PG_CONFIG

# Their scripts would fetch browsers, the test uses the distribution's.
(
	cd test/clients
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	[ -z "${ALL:-}" ] || npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
		@evidence-dev/postgres@1.0.10 \
		@cubejs-backend/postgres-driver@1.7.43 @cubejs-backend/schema-compiler@1.7.43
) >&2

# pgjdbc knows no sockets.
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
exec test/cluster.sh -p "$port" test/clients/suite.sh "$@"
