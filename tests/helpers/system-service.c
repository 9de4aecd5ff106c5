/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * system-service.c - runs a command as a service with SystemCallFilter=@system-service runs
 *
 *   system-service COMMAND [ARG...]
 *
 * systemd's filter lists what is allowed and ends a process at the first call of another kind
 * (systemd.exec(5), systemd-analyze syscall-filter).  This one ends it, by SIGSYS as well, at those
 * of the others that look at queues, file systems or processes.
 */
#include "config.h"

#include <err.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

static const long refused[] = {
	SYS_bpf,         SYS_chroot,          SYS_fanotify_init, SYS_fanotify_mark,
	SYS_fsconfig,    SYS_fsmount,         SYS_fsopen,        SYS_fspick,
	SYS_mount,       SYS_move_mount,      SYS_open_tree,     SYS_open_by_handle_at,
	SYS_pidfd_getfd, SYS_perf_event_open, SYS_pivot_root,    SYS_ptrace,
	SYS_umount2,
};

static void add(struct sock_fprog *program, unsigned short code, unsigned char jf, unsigned int k)
{
	program->filter[program->len++] = (struct sock_filter){ code, 0, jf, k };
}

int main(int argc, char **argv)
{
	struct sock_filter code[2 + 2 * sizeof(refused) / sizeof(*refused)];
	struct sock_fprog program = { .filter = code };

	if (argc < 2)
		errx(2, "a command is needed");
	add(&program, BPF_LD | BPF_W | BPF_ABS, 0, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		add(&program, BPF_JMP | BPF_JEQ | BPF_K, 1, (unsigned int)refused[i]);
		add(&program, BPF_RET | BPF_K, 0, SECCOMP_RET_KILL_PROCESS);
	}
	add(&program, BPF_RET | BPF_K, 0, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err(1, "PR_SET_NO_NEW_PRIVS");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		err(77, "PR_SET_SECCOMP");
	execvp(argv[1], argv + 1);
	err(127, "%s", argv[1]);
}
