#!/usr/bin/env bash
# Runs one command with a throw-away server that knows kam.
#
#   test/cluster.sh [-p port] [-c name=value]... command [argument]...
#
# Builds kam with PG_CONFIG (default pg_config), installs it below a temporary
# directory, makes a cluster there, listening on a socket of its own only, and
# runs the command with PGHOST, PGPORT, PGUSER (a superuser) and PGDATABASE
# set.  Each -c is a line for postgresql.conf.  With -p the server also listens
# on this port of 127.0.0.1, for clients that know no sockets, and there lets in
# only roles with a password.  Whatever happens, the server is stopped and the
# directory removed.
#
# For commands that start further servers: TEMP_CONFIG is a file of settings
# with which they find kam too (PostgreSQL's TAP modules read it), KAM_TMP is
# the directory, and KAM_AS_SERVER the words to put before a command that must
# not run as root.
#
# KAM_PRIVATE_SERVER says that this PostgreSQL serves nobody else, so that kam
# may be installed into it if it cannot be told where to look.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

settings=()
port=""
while getopts c:p: option; do
	case $option in
		c) settings+=("$OPTARG") ;;
		p) port=$OPTARG ;;
		*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || die "no command given"

PG_CONFIG=$(command -v "${PG_CONFIG:-pg_config}") || die "no ${PG_CONFIG:-pg_config}"

# No setting of the caller's leads to another server.
for variable in ${!PG@}; do
	[ "$variable" = PG_CONFIG ] || unset "$variable"
done
bindir=$("$PG_CONFIG" --bindir)
major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')

# A server refuses to run as root, and its user may not see this tree.
as_server=()
if [ "$(id -u)" -eq 0 ]; then
	id postgres >/dev/null 2>&1 ||
		die "a server cannot run as root and there is no user postgres: run this as an ordinary user"
	as_server=(runuser -u postgres --)
fi

dir=""
child=""

server() { (cd "$dir" && "${as_server[@]}" "$bindir/$1" -D "${@:2}"); }

# Stops every server below the directory: the command may have started more.
# shellcheck disable=SC2317
clean_up() {
	local pid_file

	trap '' INT TERM HUP
	if [ -n "$child" ]; then
		kill -TERM -- "-$child"
		wait "$child"
	fi 2>/dev/null || true
	[ -n "$dir" ] || return 0
	find "$dir" -name postmaster.pid 2>/dev/null | while read -r pid_file; do
		server pg_ctl "${pid_file%/*}" -m immediate stop >/dev/null 2>&1 || true
	done
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# A socket's path has some hundred bytes at most, and the server's user must
# reach it.
base=${TMPDIR:-/tmp}
if [ ${#base} -gt 60 ] || ! "${as_server[@]}" test -x "$base"; then
	base=/tmp
fi
dir=$(mktemp -d "$base/kam.XXXXXX")

say "Building kam for PostgreSQL $major"
make -s -j"$(nproc 2>/dev/null || echo 2)" PG_CONFIG="$PG_CONFIG" with_llvm=no >&2
make -s PG_CONFIG="$PG_CONFIG" with_llvm=no DESTDIR="$dir/stage" install >"$dir/install.log" ||
	{ cat "$dir/install.log" >&2; die "installing into $dir/stage failed"; }

say "Starting a throw-away server in $dir"
mkdir "$dir/socket"
[ ${#as_server[@]} -eq 0 ] || chown -R postgres: "$dir"
server initdb "$dir/data" -U postgres --auth=trust \
	--encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; die "initdb failed"; }

# Where this server looks for kam: PostgreSQL has had paths for that since 18,
# Debian and Ubuntu patch a setting into the versions before.
if [ "$major" -ge 18 ]; then
	cat >"$dir/kam.conf" <<-CONF
		extension_control_path = '$dir/stage$("$PG_CONFIG" --sharedir):\$system'
		dynamic_library_path = '$dir/stage$("$PG_CONFIG" --pkglibdir):\$libdir'
	CONF
elif server postgres "$dir/data" -C extension_destdir >/dev/null 2>&1; then
	echo "extension_destdir = '$dir/stage'" >"$dir/kam.conf"
elif [ -n "${KAM_PRIVATE_SERVER:-}" ]; then
	make -s PG_CONFIG="$PG_CONFIG" with_llvm=no install >/dev/null
	: >"$dir/kam.conf"
else
	die "this PostgreSQL $major loads extensions only from its own directories (no extension_destdir): use 'make install' and 'make installcheck', or PostgreSQL 18"
fi
chmod a+r "$dir/kam.conf"

{
	cat "$dir/kam.conf"
	echo "listen_addresses = '${port:+127.0.0.1}'"
	echo "port = ${port:-5432}"
	echo "unix_socket_directories = '$dir/socket'"
	echo "fsync = off"
	[ ${#settings[@]} -eq 0 ] || printf '%s\n' "${settings[@]}"
} >>"$dir/data/postgresql.conf"

if [ -n "$port" ]; then
	printf '%s\n' 'local all all trust' 'host all all 127.0.0.1/32 scram-sha-256' >"$dir/data/pg_hba.conf"
fi

server pg_ctl "$dir/data" -l "$dir/server.log" start >/dev/null ||
	{ cat "$dir/server.log" >&2; die "the server did not start"; }

export PG_CONFIG PATH="$bindir:$PATH"
export PGHOST=$dir/socket PGPORT=${port:-5432} PGUSER=postgres PGDATABASE=postgres
export KAM_TMP=$dir KAM_AS_SERVER="${as_server[*]}" TEMP_CONFIG=$dir/kam.conf

# In a process group of its own, so that an interrupt ends all of it, and in
# the background, so that this shell takes the interrupt at once.
set -m
"$@" &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
