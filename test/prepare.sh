#!/usr/bin/env bash
# Installs what this machine lacks for building and running kam, and prints
# the pg_config to build with.
#
#   test/prepare.sh [tests|matrix|sanitize|clients|all-clients]
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
	if [ ! -f "$("$pg_config" --pgxs)" ] ||
		[ ! -f "$("$pg_config" --includedir-server)/postgres.h" ]; then
		echo "the server's headers"
	fi
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
		tests | sanitize)
			perl -MIPC::Run -MTest::More -e 1 2>/dev/null || echo perl libipc-run-perl
			command -v xmllint >/dev/null || echo libxml2-utils
			;;&
		sanitize)
			command -v dpkg-source >/dev/null || echo dpkg-dev
			command -v bison >/dev/null || echo bison
			command -v flex >/dev/null || echo flex
			;;
		matrix)
			command -v debootstrap >/dev/null || echo debootstrap debian-archive-keyring
			;;
		clients | all-clients)
			command -v chromium >/dev/null || echo chromium
			fc-list :lang=zh 2>/dev/null | grep -q . || echo fontconfig fonts-dejavu-core fonts-wqy-microhei
			command -v xmllint >/dev/null || echo libxml2-utils
			command -v pdftotext >/dev/null || echo poppler-utils
			command -v npm >/dev/null || echo nodejs npm
			command -v javac >/dev/null || echo default-jdk-headless
			[ -f /usr/share/java/postgresql.jar ] || echo libpostgresql-jdbc-java
			grep -qs psqlodbcw /etc/odbcinst.ini || echo odbc-postgresql unixodbc
			/usr/bin/python3 -c 'import pandas, psycopg2, pyodbc, sqlalchemy, yaml' 2>/dev/null ||
				echo python3-pandas python3-psycopg2 python3-pyodbc python3-sqlalchemy python3-yaml
			command -v soffice >/dev/null || echo libreoffice-calc-nogui
			;;&
		all-clients)
			[ -d /usr/lib/R/site-library/dbplyr ] || echo r-cran-dbplyr
			[ -d /usr/lib/R/site-library/RPostgreSQL ] || echo r-cran-rpostgresql
			;;
	esac
}

# Prints the package of pg_cron for the Debian server of pg_config $1 if there is
# one and it is not installed.
missing_cron() {
	local version

	version=$("$1" --bindir | sed -n 's,^/usr/lib/postgresql/\([0-9]*\)/bin$,\1,p')
	if [ -n "$version" ] && [ ! -f "$("$1" --pkglibdir)/pg_cron.so" ] &&
		apt-cache show "postgresql-$version-cron" >/dev/null 2>&1; then
		echo "postgresql-$version-cron"
	fi
}

# Runs apt-get, showing progress in steps of ten percent, and all that it said
# when it fails.
apt_get() {
	{ apt-get -q -y -o DPkg::Lock::Timeout=300 -o APT::Status-Fd=3 "$@" 3>&1 2>&1 </dev/null ||
		echo FAILED; } |
		awk -F : '
			/^(dlstatus|pmstatus):/ {
				step = ($1 == "dlstatus" ? "downloading" : "installing") sprintf(" %d %%", int($3 / 10) * 10)
				if (step != last) print "  " step
				last = step
				fflush()
				next
			}
			/^FAILED$/ { printf "%s", output; exit 1 }
			{ output = output $0 "\n" }' >&2
}

# Prints the version of the distribution's PostgreSQL.
distribution_version() {
	apt-cache show postgresql 2>/dev/null |
		sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | sort -n | tail -n 1
}

# From here to the end of this shell, installing a server makes no cluster.
forbid_clusters() {
	trap allow_clusters EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	mkdir -p "$DROP_IN_DIR"
	echo 'create_main_cluster = false' >"$DROP_IN"
	apt_get --no-install-recommends install postgresql-common
	grep -q "^include_dir.*$DROP_IN_DIR" /etc/postgresql-common/createcluster.conf ||
		die "/etc/postgresql-common/createcluster.conf does not include $DROP_IN_DIR, so installing a server would make a cluster: install one yourself and come back"
}

# The directory goes too, unless a package or somebody else uses it.
allow_clusters() {
	rm -f "$DROP_IN"
	dpkg -S "$DROP_IN_DIR" >/dev/null 2>&1 || rmdir "$DROP_IN_DIR" 2>/dev/null || true
}

# As root: installs the packages $@, and headers and server unless PG_CONFIG is
# given.
install_packages() {
	local version simulation

	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	apt_get update || say "apt-get update failed, trying with the lists there are"

	if [ -z "$PG_CONFIG" ]; then
		version=$(debian_servers | head -n 1)
		if [ -z "$version" ]; then
			version=$(distribution_version)
			[ "${version:-0}" -ge $OLDEST ] ||
				die "this distribution has PostgreSQL ${version:-not at all}, kam needs $OLDEST or later: see https://wiki.postgresql.org/wiki/Apt"
			forbid_clusters
			set -- "$@" "postgresql-$version"
		fi
		set -- "$@" "postgresql-server-dev-$version"
	fi

	# An upgrade of a server would restart its clusters.
	simulation=$(apt-get -s --no-install-recommends install "$@")
	if grep -qE '^Inst postgresql-[0-9.]+ \[' <<<"$simulation"; then
		die "this would upgrade and restart the PostgreSQL server: when that suits, run 'apt-get install $*' yourself and come back"
	fi
	apt_get --no-install-recommends install "$@"
}

# As root: installs the package $1, which is not needed, if that is all it takes.
install_optional() {
	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	[ "$(apt-get -s --no-install-recommends install "$1" | grep -cE '^(Inst|Remv)')" = 1 ] &&
		apt_get --no-install-recommends install "$1"
}

# Re-entered as root, see below.
if [ "${1:-}" = --install ]; then
	shift
	install_packages "$@"
	exit
elif [ "${1:-}" = --install-optional ]; then
	install_optional "$2"
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
	missing=${tools[*]}
	[ -n "$pg_config" ] || missing="PostgreSQL server and headers${missing:+, $missing}"
	command -v apt-get >/dev/null ||
		die "missing: $missing; without apt-get, install it yourself: gcc, make, perl with IPC::Run, a PostgreSQL server ($OLDEST or later) and its development files; if its pg_config is not in PATH, set PG_CONFIG"
	as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "missing: $missing; installing it needs root or sudo"
		as_root=(sudo)
	fi
	say "Installing what is missing: $missing"
	"${as_root[@]}" env PG_CONFIG="$pg_config" bash "test/${0##*/}" --install "${tools[@]}"
	pg_config=${pg_config:-$(find_pg_config)}
	[ -n "$pg_config" ] || die "PostgreSQL was installed, but not found in /usr/lib/postgresql"
fi

# The test with pg_cron is skipped where that cannot be had.
if [ "$purpose" = tests ]; then
	cron=$(missing_cron "$pg_config")
	if [ -n "$cron" ]; then
		as_root=()
		[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
		say "Installing $cron, for a test"
		"${as_root[@]}" bash "test/${0##*/}" --install-optional "$cron" 2>/dev/null ||
			say "$cron could not be installed: its test is skipped"
	fi
fi
echo "$pg_config"
