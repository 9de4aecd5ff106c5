/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-may.c - whether a program may be loaded into the kernel, and if not, why
 */
#include "config.h"

#include "trace/trace-may.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "queue/tracer-refusal.h"

#define BTF_FILE "/sys/kernel/btf/vmlinux"

static bool has_capability(unsigned int cap)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

/* In a user namespace of its own, ids are not the machine's. */
static bool in_user_namespace(void)
{
	unsigned long inside, outside, count;
	char text[256];

	if (read_text_file("/proc/self/uid_map", text, sizeof(text)) < 0 ||
	    sscanf(text, "%lu %lu %lu", &inside, &outside, &count) != 3)
		return false;
	return inside != 0 || outside != 0 || count != 4294967295UL;
}

static int check_privilege(struct tracer_refusal *why)
{
	unsigned int missing = 0;

	if (!has_capability(CAP_BPF) && !has_capability(CAP_SYS_ADMIN))
		missing |= TRACER_NEEDS_BPF;
	if (!has_capability(CAP_PERFMON) && !has_capability(CAP_SYS_ADMIN))
		missing |= TRACER_NEEDS_PERFMON;
	if (missing) {
		(void)tracer_refuse(why, -EPERM, TRACER_NO_CAPABILITY, NULL, 0);
		why->number = missing;
		return -EPERM;
	}
	if (in_user_namespace())
		return tracer_refuse(why, -EPERM, TRACER_USER_NAMESPACE, NULL, 0);
	return 0;
}

static int check_kernel(unsigned int release, struct tracer_refusal *why)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	if (uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    TRACER_LINUX(major, minor) < release) {
		(void)tracer_refuse(why, -ENOSYS, TRACER_OLD_KERNEL, NULL, (int)release);
		why->number = TRACER_LINUX(major, minor);
		return -ENOSYS;
	}
	if (access(BTF_FILE, R_OK) == 0)
		return 0;
	return tracer_refuse(why, errno == EACCES ? -EPERM : -ENOTSUP, TRACER_NO_BTF, BTF_FILE,
			     errno);
}

int trace_may_load(unsigned int release, struct tracer_refusal *why)
{
	int rc = check_privilege(why);

	return rc == 0 ? check_kernel(release, why) : rc;
}

static bool is_locked_down(void)
{
	char text[128];

	return read_text_file("/sys/kernel/security/lockdown", text, sizeof(text)) > 0 &&
	       strstr(text, "[confidentiality]");
}

int trace_explain_refusal(int error, const char *call, struct tracer_refusal *why)
{
	if (error != -EPERM && error != -EACCES)
		return tracer_refuse(why, error, TRACER_NOT_TAKEN, call, -error);
	if (is_locked_down())
		return tracer_refuse(why, -EPERM, TRACER_LOCKED_DOWN, NULL, 0);
	return tracer_refuse(why, -EPERM, TRACER_FILTERED, call, 0);
}
