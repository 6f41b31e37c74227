#!/usr/bin/env bash
# Builds and tests kam on other versions of PostgreSQL, each in a throw-away
# root of a distribution that has it.
#
#   test/matrix.sh [16] [17] [18]
#
# A version whose packages cannot be had is named, loudly, and does not fail.
# Roots are kept as archives for a month below KAM_CACHE (default
# /var/cache/kam), so that further runs are quick; MIRROR is the Debian mirror
# (default: the one apt uses here).

[ "$(id -u)" -eq 0 ] || exec sudo env ${KAM_CACHE:+KAM_CACHE="$KAM_CACHE"} \
	${MIRROR:+MIRROR="$MIRROR"} bash "$0" "$@"

# shellcheck source=test/lib.sh
. "$(dirname "$0")/lib.sh"

readonly DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
readonly UBUNTU=http://archive.ubuntu.com/ubuntu
readonly CACHE=${KAM_CACHE:-/var/cache/kam}
readonly DEBOOTSTRAP_SCRIPTS=/usr/share/debootstrap/scripts

root=""
# shellcheck disable=SC2317
remove_root() {
	[ -z "$root" ] || rm -rf --one-file-system "$root"
	root=""
}
trap remove_root EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# With a process namespace of its own, nothing outlives the command.  Where a
# container forbids that, the command runs without.
can_isolate=""
if unshare --pid --fork --mount true 2>/dev/null; then
	can_isolate=yes
fi
in_root() {
	${can_isolate:+unshare --pid --fork --kill-child --mount-proc="$root/proc"} \
		chroot "$root" env -i HOME=/root LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		bash -c 'trap "exit 130" INT; trap "exit 143" TERM HUP; cd /kam && "$@"' -- "$@"
}

# Suites to try for a version, best first.
suites() {
	case $1 in
		16) echo noble ;;
		17) echo trixie ;;
		18) echo forky sid ;;
	esac
}

# The Debian mirror that apt uses on this machine.
debian_mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian \(.*[^/]\)\/*$/\1/p' | grep -v security | head -n 1
}

# Prints the file of Ubuntu's keys: this machine's, or Debian's package of them,
# which bookworm lacks and trixie has.
ubuntu_keys() {
	local keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg dir=$CACHE/ubuntu-keyring apt

	if [ ! -f "$keys" ]; then
		keys=$dir$keys
	fi
	if [ ! -f "$keys" ]; then
		mkdir -p "$dir/lists/partial"
		echo "deb [signed-by=$DEBIAN_KEYS] $MIRROR trixie main" >"$dir/sources.list"
		apt=(apt-get -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=-
			-o Dir::State::Lists="$dir/lists" -o APT::Sandbox::User=root)
		(cd "$dir" && "${apt[@]}" update && "${apt[@]}" download ubuntu-keyring &&
			dpkg-deb -x ubuntu-keyring_*.deb .) >&2 || return
	fi
	echo "$keys"
}

copy_tree() {
	rm -rf "$root/kam"
	mkdir "$root/kam"
	tar -c --exclude-vcs --exclude='*.o' --exclude='*.bc' --exclude='*.so' . |
		tar -x -C "$root/kam"
}

# Makes $root: suite $1 with everything that tests on version $2 need.
make_root() {
	local suite=$1 version=$2 proxy=""
	local mirror=$MIRROR keys=$DEBIAN_KEYS script=sid components=main

	if [ "$suite" = noble ]; then
		mirror=$UBUNTU keys=$(ubuntu_keys) script=gutsy components=main,universe
	fi
	debootstrap --variant=minbase --include=make --components="$components" \
		--force-check-gpg --keyring="$keys" \
		"$suite" "$root" "$mirror" "$DEBOOTSTRAP_SCRIPTS/$script" || return

	# No service starts, no cluster is made, and a mirror that lags will do.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod +x "$root/usr/sbin/policy-rc.d"
	mkdir -p "$root/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.d/kam.conf"
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	{
		echo 'Acquire::Check-Valid-Until "false";'
		[ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";"
	} >"$root/etc/apt/apt.conf.d/99kam"

	copy_tree
	in_root apt-cache show "postgresql-server-dev-$version" >/dev/null &&
		in_root test/prepare.sh tests &&
		in_root apt-get clean
}

# Makes $root from the archive of suite $1 with version $2, or anew.
get_root() {
	local archive=$CACHE/$1-$2.tar.gz log=$CACHE/$1-$2.log

	root=$(mktemp -d "$CACHE/root.XXXXXX")
	chmod 755 "$root"
	if [ -n "$(find "$archive" -mtime -30 2>/dev/null)" ]; then
		say "Unpacking $archive"
		tar -C "$root" -xzf "$archive"
		return
	fi
	say "Making a root of $1 with PostgreSQL $2, which takes some minutes"
	if make_root "$1" "$2" >"$log" 2>&1; then
		tar -C "$root" -c . | gzip -1 >"$archive.new"
		mv "$archive.new" "$archive"
	else
		tail -n 5 "$log" >&2
		remove_root
		return 1
	fi
}

[ $# -gt 0 ] || set -- 16 17 18
mkdir -p "$CACHE"
test/prepare.sh matrix >/dev/null
MIRROR=${MIRROR:-$(debian_mirror || true)}
MIRROR=${MIRROR:-http://deb.debian.org/debian}

summary=()
status=0
for version; do
	result="could NOT be had here, NOT tested"
	for suite in $(suites "$version"); do
		say "=== PostgreSQL $version on $suite"
		get_root "$suite" "$version" || continue
		copy_tree
		if in_root make test; then
			result="passed on $suite"
		else
			result="FAILED on $suite"
			status=1
		fi
		remove_root
		break
	done
	summary+=("PostgreSQL $version: $result")
done

say "=== Summary"
printf '%s\n' "${summary[@]}"
exit $status
