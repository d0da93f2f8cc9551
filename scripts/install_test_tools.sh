#!/usr/bin/env bash
# Installs Debian's Chromium (browser journeys), exiftool (upload hygiene) and nginx (shipped server configuration) where
# they are missing and this user may install packages. Tests of what cannot be had skip with the reason (and fail when
# CI=true).
set -u
wanted=()
command -v chromium >/dev/null 2>&1 || wanted+=(chromium fonts-dejavu-core)
command -v exiftool >/dev/null 2>&1 || wanted+=(libimage-exiftool-perl)
[ -x /usr/sbin/nginx ] || wanted+=(nginx-light)
[ "${#wanted[@]}" = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # RUNLEVEL=1: the package of nginx starts no server.
    (apt-get -qq update && RUNLEVEL=1 apt-get -qq install -y --no-install-recommends "${wanted[@]}") >/dev/null 2>&1 \
        && exit 0
fi
echo "Missing and not installable: ${wanted[*]}. Their tests will be skipped." >&2
