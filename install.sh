#!/bin/sh
# Installs the executable of a release of presolve:
#
#   curl -LsSf https://github.com/project_owner/presolve/releases/latest/download/install.sh | sh
#
# PRESOLVE_VERSION       a version such as 0.1.0 [default: the newest release]
# PRESOLVE_INSTALL_DIR   a folder [default: ~/.local/bin]
# PRESOLVE_DOWNLOAD_URL  a mirror of the page of releases [default: the one of GitHub]
#
# It needs curl or wget, tar, and sha256sum or shasum. It changes nothing but the one file.
set -eu
# `cd` would print the folder that it finds through it.
unset CDPATH

fail() {
    printf 'error: %s\n' "$1" >&2
    printf '  = help: %s\n' "$2" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Prints the name that Rust has for this system.
target() {
    machine=$(uname -m)
    case $machine in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no release for this processor: $machine" 'build it: cargo install presolve' ;;
    esac
    case $(uname -s) in
        Linux) printf '%s-unknown-linux-%s\n' "$machine" "$(libc)" ;;
        Darwin) printf '%s-apple-darwin\n' "$machine" ;;
        *) fail "there is no script for this system: $(uname -s)" 'install it: pip install presolve' ;;
    esac
}

# Prints `gnu` for glibc 2.17 or later, which the executable needs; the other is static.
libc() {
    version=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
    minor=${version#glibc 2.}
    case $minor in
        '' | *[!0-9]*) echo musl ;;
        *) if [ "$minor" -ge 17 ]; then echo gnu; else echo musl; fi ;;
    esac
}

# Writes the file of a URL to a path. A mirror may be without TLS; the default never is, nor is
# what it redirects to. wget has no option for that: `--https-only` is for recursive downloads.
fetch() {
    case $1 in
        https:*) protocol='=https' ;;
        *) protocol='=http,https' ;;
    esac
    if has curl; then
        curl --proto "$protocol" --retry 3 --fail --silent --show-error --location --output "$2" "$1"
    elif has wget; then
        wget --quiet --server-response --tries 3 --output-document "$2" "$1" 2>headers &&
            { [ "$protocol" != '=https' ] || ! grep -qi '^ *location: *http:' headers; }
    else
        fail 'this needs curl or wget' 'install one of them'
    fi || fail "cannot download $1" 'check the network, PRESOLVE_VERSION and PRESOLVE_DOWNLOAD_URL'
}

# Checks a file in the working directory against the list of checksums beside it.
verify() {
    line=$(grep -E "^[0-9a-f]{64} [ *]$1\$" SHA256SUMS) ||
        fail "SHA256SUMS has no checksum of $1" 'report this: the release is not complete'
    if has sha256sum; then
        printf '%s\n' "$line" | sha256sum -c - >/dev/null 2>&1
    elif has shasum; then
        printf '%s\n' "$line" | shasum -a 256 -c - >/dev/null 2>&1
    else
        fail 'this needs sha256sum or shasum' 'install coreutils'
    fi || fail "the checksum of $1 is wrong" 'download it again; if it is still wrong, report this'
}

# All in one function, so that a truncated script does nothing.
main() {
    page=${PRESOLVE_DOWNLOAD_URL:-https://github.com/project_owner/presolve/releases}
    folder=${PRESOLVE_INSTALL_DIR:-$HOME/.local/bin}
    if [ -n "${PRESOLVE_VERSION:-}" ]; then
        release=$page/download/v$PRESOLVE_VERSION
    else
        release=$page/latest/download
    fi
    name=presolve-$(target)
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    [ ! -d "$folder/presolve" ] ||
        fail "$folder/presolve is a folder" 'move it, or set PRESOLVE_INSTALL_DIR'

    place=$(mktemp -d)
    trap 'rm -rf "$place" "$folder/.presolve-$$"' EXIT
    trap 'exit 1' HUP INT TERM
    cd "$place"
    fetch "$release/SHA256SUMS" SHA256SUMS
    fetch "$release/$name.tar.gz" "$name.tar.gz"
    verify "$name.tar.gz"
    tar -xzf "$name.tar.gz" "$name/presolve"
    # A rename on one file system replaces a running executable as a whole.
    cp "$name/presolve" "$folder/.presolve-$$"
    chmod 755 "$folder/.presolve-$$"
    version=$("$folder/.presolve-$$" --version) ||
        fail 'the executable does not run on this system' 'install it: pip install presolve'
    mv -f "$folder/.presolve-$$" "$folder/presolve"

    printf 'Installed %s as %s\n' "$version" "$folder/presolve"
    case :$PATH: in
        *:"$folder":*) ;;
        *) printf '  = help: add %s to PATH\n' "$folder" ;;
    esac
}

main
