# shellcheck shell=bash
# Finds what the scripts need and installs what is missing. Sourced, never run.
#
#   prepare_swift                       puts a Swift toolchain of 6.2 or later first in PATH
#   prepare_packages WHY PACKAGE...     installs the Debian packages that are missing
#
# Nothing is fetched when nothing is missing, so a prepared machine works offline.

SWIFT_MINIMUM=6.2

say() { printf '== %s\n' "$*" >&2; }

stop_with() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# Prints the version of a `swift` program, or nothing: Debian has another program of that name.
swift_version() {
    "$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1
}

version_at_least() { # VERSION MINIMUM
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

prepare_swift() {
    local home=${HOME:-/root} candidates=() found="" candidate version seen=""
    found=$(command -v swift 2>/dev/null || true)
    [ -z "$found" ] || candidates+=("$found")
    candidates+=(
        /opt/swift/usr/bin/swift
        "${SWIFTLY_BIN_DIR:-$home/.local/share/swiftly/bin}/swift"
        "$home/.swiftly/bin/swift"
        "$home"/.local/share/swiftly/toolchains/*/usr/bin/swift
        "$home"/.swiftly/toolchains/*/usr/bin/swift
        /usr/local/swift/usr/bin/swift
        /usr/share/swift/usr/bin/swift
        /opt/swift-*/usr/bin/swift
    )
    for candidate in "${candidates[@]}"; do
        [ -x "$candidate" ] || continue
        case "$seen " in *" $candidate ("*) continue ;; esac
        version=$(swift_version "$candidate")
        [ -n "$version" ] || continue
        seen="$seen $candidate ($version)"
        version_at_least "$version" "$SWIFT_MINIMUM" || continue
        if [ "$candidate" != "$found" ]; then
            say "using Swift $version from $candidate"
            PATH="$(dirname "$candidate"):$PATH"
            export PATH
        fi
        return 0
    done
    stop_with "Swift $SWIFT_MINIMUM or later is needed${seen:+; found only$seen}." \
        "Install it with swiftly (https://www.swift.org/install/linux/):" \
        "    swiftly install latest" \
        "or unpack a toolchain for this system into /opt/swift, so that" \
        "/opt/swift/usr/bin/swift exists, and run this script again."
}

package_is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Runs a command as root: directly, or with sudo when that can work. The caller has checked.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && [ -t 2 ] # sudo may ask for a password
}

# RUNLEVEL=1 keeps a freshly installed nginx or PostgreSQL from starting as a service.
# Speaks only when it fails.
apt_get() {
    local log status=0
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        "$@" >"$log" 2>&1 || status=$?
    [ "$status" = 0 ] || tail -n 20 "$log" >&2
    rm -f "$log"
    return "$status"
}

prepare_packages() { # WHY PACKAGE...
    local why=$1 package missing=()
    shift
    if ! command -v dpkg-query >/dev/null 2>&1; then
        # Not Debian: the one library that every build needs can still be looked for.
        local header
        for header in /usr/include/sqlite3.h /usr/local/include/sqlite3.h; do
            if [ -e "$header" ] && [ "$*" = libsqlite3-dev ]; then return 0; fi
        done
        stop_with "this is not a Debian or Ubuntu system, so nothing was installed." \
            "Install the equivalents of: $*" "needed for: $why"
    fi
    for package in "$@"; do
        package_is_installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0

    local command="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if ! can_be_root; then
        stop_with "missing Debian packages (${missing[*]}), needed for: $why." \
            "Run this once as root, then this script again:" "    sudo sh -c '$command'"
    fi
    say "installing ${missing[*]} (needed for: $why)"
    local known=yes
    for package in "${missing[@]}"; do
        apt-cache show "$package" >/dev/null 2>&1 || known=no
    done
    if [ "$known" = no ] || ! apt_get install -y --no-install-recommends "${missing[@]}"; then
        say "refreshing the package lists"
        apt_get update || stop_with "the package lists could not be refreshed." \
            "Is there a network? The command was:" "    $command"
        apt_get install -y --no-install-recommends "${missing[@]}" ||
            stop_with "the packages could not be installed: ${missing[*]}." \
                "The command was:" "    $command"
    fi
    for package in "${missing[@]}"; do
        package_is_installed "$package" ||
            stop_with "$package is still missing after the installation." "    $command"
    done
}

# What every build of the project needs.
prepare_build() {
    prepare_swift
    prepare_packages "building against SQLite" libsqlite3-dev
}

# What the tests use beside that.
prepare_tests() {
    prepare_build
    prepare_packages "tests with a second process and of what is synced to disk" python3 strace
}

# The names of the executable products, as Package.swift lists them.
executable_products() {
    sed -n 's/.*\.executable(name: "\([^"]*\)".*/\1/p' Package.swift
}
