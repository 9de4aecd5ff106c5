dnl SPDX-License-Identifier: GPL-2.0-or-later
dnl
dnl Compiler and linker flags that not every toolchain takes.

# MQTOOL_TRY_CFLAGS(VARIABLE, FLAGS)
# ----------------------------------
# Appends each of the blank-separated FLAGS that the compiler takes to VARIABLE.  -Werror makes
# clang refuse what it would only warn of; gcc takes any -Wno-*, so its opposite is tried.
AC_DEFUN([MQTOOL_TRY_CFLAGS],
[for mqtool_flag in $2; do
	AS_CASE([$mqtool_flag],
		[-Wno-*], [mqtool_try=`AS_ECHO(["$mqtool_flag"]) | sed 's/^-Wno-/-W/'`],
		[mqtool_try=$mqtool_flag])
	AS_VAR_PUSHDEF([mqtool_cache], [mqtool_cv_cflag_$mqtool_try])
	AC_CACHE_CHECK([whether $CC takes $mqtool_try], [mqtool_cache],
		[mqtool_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror $mqtool_try"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([mqtool_cache], [yes])],
			[AS_VAR_SET([mqtool_cache], [no])])
		CFLAGS=$mqtool_saved])
	AS_VAR_IF([mqtool_cache], [yes], [AS_VAR_APPEND([$1], [" $mqtool_flag"])])
	AS_VAR_POPDEF([mqtool_cache])
done])

# MQTOOL_TRY_LDFLAGS(VARIABLE, FLAGS, [CFLAGS])
# ---------------------------------------------
# Appends each of FLAGS with which a program, compiled with CFLAGS, links.
AC_DEFUN([MQTOOL_TRY_LDFLAGS],
[for mqtool_flag in $2; do
	AS_VAR_PUSHDEF([mqtool_cache], [mqtool_cv_ldflag_$mqtool_flag])
	AC_CACHE_CHECK([whether the linker takes $mqtool_flag], [mqtool_cache],
		[mqtool_saved=$CFLAGS
		mqtool_saved_ldflags=$LDFLAGS
		CFLAGS="$CFLAGS -Werror $3"
		LDFLAGS="$LDFLAGS $mqtool_flag"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([mqtool_cache], [yes])],
			[AS_VAR_SET([mqtool_cache], [no])])
		CFLAGS=$mqtool_saved
		LDFLAGS=$mqtool_saved_ldflags])
	AS_VAR_IF([mqtool_cache], [yes], [AS_VAR_APPEND([$1], [" $mqtool_flag"])])
	AS_VAR_POPDEF([mqtool_cache])
done])

# MQTOOL_FORTIFY
# --------------
# Defines MQTOOL_FORTIFY_LEVEL, the highest _FORTIFY_SOURCE that the C library takes without a
# warning, or 0.
AC_DEFUN([MQTOOL_FORTIFY],
[AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [mqtool_cv_fortify],
	[mqtool_cv_fortify=0
	mqtool_saved=$CFLAGS
	for mqtool_level in 3 2; do
		CFLAGS="$mqtool_saved -Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$mqtool_level"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM([#include <string.h>], [])],
			[mqtool_cv_fortify=$mqtool_level])
		test "$mqtool_cv_fortify" = 0 || break
	done
	CFLAGS=$mqtool_saved])
AC_DEFINE_UNQUOTED([MQTOOL_FORTIFY_LEVEL], [$mqtool_cv_fortify],
	[Level of _FORTIFY_SOURCE in optimised builds, 0 for none.])])
