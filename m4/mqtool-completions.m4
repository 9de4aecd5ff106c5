dnl SPDX-License-Identifier: GPL-2.0-or-later
dnl
dnl Where shells look for completions.

# MQTOOL_COMPLETION_DIR(SHELL, DEFAULT, [PKG-CONFIG MODULE])
# ----------------------------------------------------------
# Sets SHELLcompletiondir: what --with-SHELL-completion-dir says, else what the shell's module has
# to say, else DEFAULT.  Below our own prefix, whatever that of the module is: make distcheck may
# install nowhere else.
AC_DEFUN([MQTOOL_COMPLETION_DIR],
[AC_ARG_WITH([$1-completion-dir],
	[AS_HELP_STRING([--with-$1-completion-dir=DIR],
		[where to install completions for $1, or no])],
	[], [with_$1_completion_dir=yes])
$1completiondir=$with_$1_completion_dir
AS_CASE([$with_$1_completion_dir],
	[no], [$1completiondir=],
	[yes], [$1completiondir='$2'
		m4_ifval([$3], [mqtool_dir=`$PKG_CONFIG --define-variable=prefix='${prefix}' \
			--define-variable=datadir='${datadir}' \
			--variable=completionsdir $3 2>/dev/null`
		AS_CASE([$mqtool_dir], ['${'*], [$1completiondir=$mqtool_dir])])])
AC_SUBST([$1completiondir])])
