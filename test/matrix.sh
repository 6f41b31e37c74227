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

readonly DEBIAN=http://deb.debian.org/debian
readonly UBUNTU=http://archive.ubuntu.com/ubuntu
readonly CACHE=${KAM_CACHE:-/var/cache/kam}
readonly DEBOOTSTRAP_SCRIPTS=/usr/share/debootstrap/scripts

root=""
# shellcheck disable=SC2317
remove_root() { [ -z "$root" ] || rm -rf --one-file-system "$root"; }
trap remove_root EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# With a process namespace of its own, nothing outlives the command.
isolate=(unshare --pid --fork --kill-child)
"${isolate[@]}" true 2>/dev/null || isolate=()
in_root() {
	"${isolate[@]}" chroot "$root" env -i HOME=/root LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		bash -c 'cd /kam && "$@"' -- "$@"
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
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian \(.*[^/]\)\/*$/\1/p' | grep -v security | head -n 1
}

copy_tree() {
	rm -rf "$root/kam"
	mkdir "$root/kam"
	tar -c --exclude-vcs --exclude='*.o' --exclude='*.bc' --exclude='*.so' . |
		tar -x -C "$root/kam"
}

# Makes $root: suite $1 with everything that tests on version $2 need.
make_root() {
	local suite=$1 version=$2 mirror=${MIRROR:-} script=$suite proxy=""

	case $suite in
		noble)
			mirror=$UBUNTU
			script=gutsy
			;;
		forky | sid) script=sid ;;
	esac
	debootstrap --variant=minbase --include=make "$suite" "$root" \
		"${mirror:-$DEBIAN}" "$DEBOOTSTRAP_SCRIPTS/$script"

	# No service starts, no cluster is made, and a mirror that lags will do.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod +x "$root/usr/sbin/policy-rc.d"
	mkdir -p "$root/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.d/kam.conf"
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	{
		echo 'Acquire::Check-Valid-Until "false";'
		[ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";"
	} >"$root/etc/apt/apt.conf.d/kam"

	in_root apt-cache show "postgresql-server-dev-$version" >/dev/null
	copy_tree
	in_root test/prepare.sh tests
	in_root apt-get clean
}

# Makes $root from suite $1's archive, or anew.
get_root() {
	local archive=$CACHE/$1-$2.tar.gz

	root=$(mktemp -d "$CACHE/root.XXXXXX")
	chmod 755 "$root"
	if [ -z "$(find "$archive" -mtime -30 2>/dev/null)" ]; then
		say "Making a root of $1 with PostgreSQL $2 (some minutes)"
		# In a shell of its own: errexit does not work in a condition.
		(set +e; (set -e; make_root "$1" "$2") >"$CACHE/$1.log" 2>&1) ||
			{ tail -n 5 "$CACHE/$1.log" >&2; remove_root; root=""; return 1; }
		tar -C "$root" -c . | gzip -1 >"$archive.new"
		mv "$archive.new" "$archive"
	else
		say "Unpacking $archive"
		tar -C "$root" -xzf "$archive"
	fi
}

[ $# -gt 0 ] || set -- 16 17 18
mkdir -p "$CACHE"
test/prepare.sh matrix >/dev/null
MIRROR=${MIRROR:-$(debian_mirror || true)}

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
		root=""
		break
	done
	summary+=("PostgreSQL $version: $result")
done

say "=== Summary"
printf '%s\n' "${summary[@]}"
exit $status
