#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes configure in a tree fresh from git.
set -e
cd "$(dirname "$0")"
exec autoreconf --force --install
