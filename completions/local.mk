## SPDX-License-Identifier: GPL-2.0-or-later
## Completions for shells: where each looks for them, configure's --with-*-completion-dir.

EXTRA_DIST += \
	completions/_mqtool \
	completions/mqtool.bash \
	completions/mqtool.fish

# bash-completion and fish look for a file by the name of the command, zsh in the first line.
install-completions:
	@if test -n '$(bashcompletiondir)'; then \
		$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)' && \
		$(INSTALL_DATA) $(srcdir)/completions/mqtool.bash \
			'$(DESTDIR)$(bashcompletiondir)/mqtool' && \
		for link in $(installed_links); do \
			ln -s -f mqtool '$(DESTDIR)$(bashcompletiondir)'/$$link || exit; \
		done; \
	fi
	@if test -n '$(zshcompletiondir)'; then \
		$(MKDIR_P) '$(DESTDIR)$(zshcompletiondir)' && \
		$(INSTALL_DATA) $(srcdir)/completions/_mqtool '$(DESTDIR)$(zshcompletiondir)'; \
	fi
	@if test -n '$(fishcompletiondir)'; then \
		$(MKDIR_P) '$(DESTDIR)$(fishcompletiondir)' && \
		$(INSTALL_DATA) $(srcdir)/completions/mqtool.fish '$(DESTDIR)$(fishcompletiondir)' && \
		for link in $(installed_links); do \
			ln -s -f mqtool.fish '$(DESTDIR)$(fishcompletiondir)'/$$link.fish || exit; \
		done; \
	fi

uninstall-completions:
	@if test -n '$(bashcompletiondir)'; then \
		for name in mqtool $(installed_links); do \
			rm -f '$(DESTDIR)$(bashcompletiondir)'/$$name; \
		done; \
	fi
	@if test -n '$(zshcompletiondir)'; then \
		rm -f '$(DESTDIR)$(zshcompletiondir)/_mqtool'; \
	fi
	@if test -n '$(fishcompletiondir)'; then \
		for name in mqtool $(installed_links); do \
			rm -f '$(DESTDIR)$(fishcompletiondir)'/$$name.fish; \
		done; \
	fi

install-data-local: install-completions
uninstall-local: uninstall-completions
.PHONY: install-completions uninstall-completions
