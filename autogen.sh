#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes configure in a tree fresh from git.
set -e
cd "$(dirname "$0")"
autoreconf --force --install
# gettext's rules split what they install at blanks in DESTDIR and localedir, and go on.
# shellcheck disable=SC2016
sed -E '/^\t*echo |^\t+ *echo /!s#\$\(DESTDIR\)(\$\([A-Za-z]+\)|[A-Za-z0-9/$._])*#"&"#g
	s#dir=\$\(localedir\)[A-Za-z_/$]*;#dir="$(localedir)/$$lang/LC_MESSAGES";#' \
	po/Makefile.in.in >po/Makefile.in.new
mv po/Makefile.in.new po/Makefile.in.in
