#!/usr/bin/env bash
# Installs what this machine lacks for building and running kam, and prints
# the pg_config to build with.
#
#   test/prepare.sh [tests|matrix]
#
# A given PG_CONFIG is respected.  Otherwise the newest PostgreSQL that has
# server and headers is taken, else the headers of the newest server are
# installed, else the distribution's server and headers.  No cluster is made,
# and none that exists is touched.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

readonly OLDEST=15
readonly DROP_IN_DIR=/etc/postgresql-common/createcluster.d
readonly DROP_IN=$DROP_IN_DIR/kam-prepare.conf

# Prints what is missing at the pg_config $1, nothing if it is complete.
lacks() {
	local pg_config=$1 major

	command -v "$pg_config" >/dev/null || { echo "the program"; return; }
	major=$("$pg_config" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	[ "${major:-0}" -ge $OLDEST ] || { echo "version $OLDEST or later"; return; }
	[ -f "$("$pg_config" --pgxs)" ] || echo "the server's headers (pgxs)"
	[ -x "$("$pg_config" --bindir)/initdb" ] || echo "the server"
}

# Prints the versions of the installed Debian servers, newest first.
debian_servers() {
	local initdb version

	for initdb in /usr/lib/postgresql/*/bin/initdb; do
		version=${initdb#/usr/lib/postgresql/}
		version=${version%%/*}
		if [ -x "$initdb" ] && [ "${version%%.*}" -ge $OLDEST ]; then
			echo "$version"
		fi
	done | sort -Vr
}

# Prints the first complete pg_config, or nothing.
find_pg_config() {
	local pg_config

	for pg_config in $(debian_servers |
		sed 's,.*,/usr/lib/postgresql/&/bin/pg_config,') pg_config; do
		if [ -z "$(lacks "$pg_config")" ]; then
			command -v "$pg_config"
			return
		fi
	done
}

# Prints the packages that the tools come from which are missing.
missing_tools() {
	command -v gcc >/dev/null || echo gcc libc6-dev
	command -v make >/dev/null || echo make
	case $1 in
		tests) perl -MIPC::Run -MTest::More -e 1 2>/dev/null || echo perl libipc-run-perl ;;
		matrix) command -v debootstrap >/dev/null || echo debootstrap ;;
	esac
}

remove_drop_in() {
	rm -f "$DROP_IN"
	# Empty unless others have put something there or a package owns it.
	dpkg -S "$DROP_IN_DIR" >/dev/null 2>&1 || rmdir "$DROP_IN_DIR" 2>/dev/null || true
}

# Runs apt-get, showing progress in steps of ten percent, and all that it said
# when it fails.
apt_get() {
	local log status=0

	log=$(mktemp)
	apt-get -q -y -o APT::Status-Fd=3 "$@" 3>&1 >"$log" 2>&1 </dev/null |
		awk -F : '{
			step = ($1 == "dlstatus" ? "downloading" : "installing") sprintf(" %d %%", int($3 / 10) * 10)
			if (step != last) print "  " step
			last = step
			fflush()
		}' >&2 || status=$?
	[ $status -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return $status
}

# As root: installs the packages of the tools $@, and server and headers
# unless PG_CONFIG is complete.
install_packages() {
	local version simulation

	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	apt_get update || say "apt-get update failed, trying with the lists there are"

	if [ -z "${PG_CONFIG:-}" ]; then
		version=$(debian_servers | head -n 1)
		if [ -z "$version" ]; then
			version=$(apt-cache show postgresql 2>/dev/null |
				sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | sort -n | tail -n 1)
			[ "${version:-0}" -ge $OLDEST ] ||
				die "the distribution has PostgreSQL ${version:-not at all}, kam needs $OLDEST or later: see https://wiki.postgresql.org/wiki/Apt"
		fi

		trap remove_drop_in EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		mkdir -p "$DROP_IN_DIR"
		echo 'create_main_cluster = false' >"$DROP_IN"
		apt_get --no-install-recommends install postgresql-common
		grep -qs "^include_dir.*$DROP_IN_DIR" /etc/postgresql-common/createcluster.conf ||
			[ -x "/usr/lib/postgresql/$version/bin/initdb" ] ||
			die "/etc/postgresql-common/createcluster.conf does not include $DROP_IN_DIR, so installing a server would make a cluster: install postgresql-$version yourself"
		set -- "$@" "postgresql-$version" "postgresql-server-dev-$version"
	fi

	# An upgrade of a server would restart its clusters.
	simulation=$(apt-get -s --no-install-recommends install "$@")
	if grep -qE '^Inst postgresql-[0-9.]+ \[' <<<"$simulation"; then
		die "this would upgrade and restart the PostgreSQL server: when that suits, run 'apt-get install $*' yourself and come back"
	fi
	apt_get --no-install-recommends install "$@"
}

# Re-entered as root, see below.
if [ "${1:-}" = --install ]; then
	shift
	install_packages "$@"
	exit
fi

purpose=${1:-}
if [ -n "${PG_CONFIG:-}" ]; then
	lacking=$(lacks "$PG_CONFIG")
	[ -z "$lacking" ] || die "PG_CONFIG=$PG_CONFIG lacks ${lacking//$'\n'/ and }"
	pg_config=$PG_CONFIG
else
	pg_config=$(find_pg_config)
fi
read -ra tools <<<"$(missing_tools "$purpose" | xargs)"

if [ -z "$pg_config" ] || [ ${#tools[@]} -gt 0 ]; then
	missing="${pg_config:-PostgreSQL server and headers}"
	missing=$(xargs <<<"${missing#"$pg_config"} ${tools[*]}")
	command -v apt-get >/dev/null ||
		die "this system has no apt-get: install gcc, make, perl with IPC::Run, and a PostgreSQL server ($OLDEST or later) with its development files; if its pg_config is not in PATH, set PG_CONFIG"
	as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null ||
			die "missing: $missing; installing it needs root or sudo"
		as_root=(sudo)
	fi
	say "Installing what is missing: $missing"
	"${as_root[@]}" env PG_CONFIG="$pg_config" bash "test/${0##*/}" --install "${tools[@]}"
	pg_config=${pg_config:-$(find_pg_config)}
	[ -n "$pg_config" ] || die "PostgreSQL was installed, but not found in /usr/lib/postgresql"
fi
echo "$pg_config"
