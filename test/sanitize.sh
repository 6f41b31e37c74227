#!/usr/bin/env bash
# Runs the tests on a PostgreSQL built with AddressSanitizer, Undefined-
# BehaviorSanitizer and assertions, and kam with it.
#
#   test/sanitize.sh [regression] [isolation] [tap]
#
# Without arguments: regression and isolation.  The server is built from the
# distribution's source of the version that test/prepare.sh finds, since a
# stock server with the sanitizer preloaded hangs.  It is kept below KAM_CACHE
# (default /var/cache/kam for root, ~/.cache/kam for others); the first run
# takes some ten minutes more than the others.

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" -eq 0 ]; then
	cache=${KAM_CACHE:-/var/cache/kam}
else
	cache=${KAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kam}
fi

# Leaks: a backend frees little before it ends.  Fake stacks: PostgreSQL
# measures the depth of the real one.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1
export UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1

# Unpacks the source of PostgreSQL $1 into the current directory.  apt's
# sources are read with source packages turned on, in a directory of our own.
get_source() {
	local apt file version

	mkdir -p apt/parts apt/lists/partial
	: >apt/sources.list
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$file" ] || sed -n 's/^deb /deb-src /p' "$file" >>apt/sources.list
	done
	for file in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"apt/parts/${file##*/}"
	done
	apt=(apt-get -q -o Dir::Etc::SourceList="$PWD/apt/sources.list"
		-o Dir::Etc::SourceParts="$PWD/apt/parts" -o Dir::State::Lists="$PWD/apt/lists"
		-o Dir::Cache="$PWD/apt")
	[ "$(id -u)" -ne 0 ] || apt+=(-o APT::Sandbox::User=root)

	# Other repositories may fail, and so may a mirror's newest version: what
	# counts is one source.
	"${apt[@]}" update || true
	for version in $(apt-cache "${apt[@]:2}" showsrc "postgresql-$1" |
		sed -n 's/^Version: //p' | sort -Vru); do
		"${apt[@]}" source --download-only "postgresql-$1=$version" || continue
		# Upstream's own: the distribution's patches install below /usr/lib
		# whatever the prefix is.
		tar -xf "postgresql-$1"_*.orig.tar.*[!c] && return
	done
	return 1
}

# Builds PostgreSQL $1 into directory $2.
build_server() {
	local flags='-fsanitize=address,undefined -fno-sanitize-recover=all'

	say "Getting the source of PostgreSQL $1"
	get_source "$1" >>log 2>&1
	cd "postgresql-$1"*/
	say "Configuring it"
	./configure --prefix="$2" --enable-cassert --enable-debug --enable-tap-tests \
		--without-icu --without-readline --without-zlib \
		CFLAGS="-O1 -fno-omit-frame-pointer $flags" LDFLAGS="$flags" >>../log 2>&1
	say "Building it, which takes some minutes"
	make -s -j"$(nproc)" >>../log 2>&1
	make -s install >>../log 2>&1
}

[ $# -gt 0 ] || set -- regression isolation
say "Sanitizer run: installs what is missing on this machine, builds a PostgreSQL
for it below $cache unless it is there, and runs the tests on a throw-away server."
pg_config=$(test/prepare.sh sanitize)
major=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
prefix=$cache/sanitized-$major

if [ ! -e "$prefix/complete" ]; then
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/build.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	(
		cd "$work"
		set -E
		trap 'tail -n 20 "$work/log" >&2' ERR
		build_server "$major" "$prefix"
	)
	touch "$prefix/complete"
	rm -rf "$work"
	trap - EXIT INT TERM HUP
fi

KAM_PRIVATE_SERVER=yes PG_CONFIG=$prefix/bin/pg_config exec test/run.sh "$@"
