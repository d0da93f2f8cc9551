#!/usr/bin/env bash
# Installs Debian's Chromium for the browser journeys where it is missing and this user may install packages.
# Where it cannot be had, the journeys skip with the reason (and fail when CI=true).
set -u
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    (apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core) >/dev/null 2>&1 \
        && exit 0
fi
echo "Chromium is missing and could not be installed: the browser journeys will be skipped." >&2
