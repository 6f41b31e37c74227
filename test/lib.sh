# shellcheck shell=bash
# Sourced by the scripts: they run from the top of the tree, readable for all.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022

# What the scripts say goes to stderr, results go to stdout.
say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Each make that a script starts is one of its own, with its own variables.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
