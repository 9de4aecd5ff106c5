## SPDX-License-Identifier: GPL-2.0-or-later
## Small C programs that use queues without mqtool: built by make check, for people to read.
