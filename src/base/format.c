/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.c - numbers and times as text
 */
#include "config.h"

#include "base/format.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/util.h"

void format_u64(struct buffer *b, uint64_t value)
{
	char digits[20], *p = digits + sizeof(digits);

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buffer_put(b, p, (size_t)(digits + sizeof(digits) - p));
}

void format_size(struct buffer *b, uint64_t bytes, bool exact)
{
	static const char units[] = "KMGT";
	unsigned int unit = 0, shift = 10;
	uint64_t tenths, rest;

	if (exact || bytes < 1024) {
		format_u64(b, bytes);
		return;
	}
	for (; bytes >> shift >= 1024 && units[unit + 1]; shift += 10)
		unit++;
	rest = bytes & ((UINT64_C(1) << shift) - 1);
	/* Half a tenth is rounded up. */
	tenths = (bytes >> shift) * 10 + ((rest * 10 + (UINT64_C(1) << (shift - 1))) >> shift);
	if (tenths >= 10240 && units[unit + 1]) {
		tenths = 10;
		unit++;
	}
	format_u64(b, tenths / 10);
	if (tenths % 10) {
		buffer_putc(b, '.');
		format_u64(b, tenths % 10);
	}
	buffer_putc(b, units[unit]);
}

void format_age(struct buffer *b, int64_t seconds)
{
	static const struct {
		uint64_t seconds;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	uint64_t age = seconds > 0 ? (uint64_t)seconds : 0;
	size_t i = 0;

	while (age < units[i].seconds && i + 1 < ARRAY_SIZE(units))
		i++;
	format_u64(b, age / units[i].seconds);
	buffer_putc(b, units[i].name);
}

void format_iso_time(struct buffer *b, const struct timespec *when)
{
	long micros = when->tv_nsec / 1000, offset;
	struct tm tm;

	if (!localtime_r(&when->tv_sec, &tm)) {
		buffer_printf(b, "@%lld.%06ld", (long long)when->tv_sec, micros);
		return;
	}
	offset = (tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff) / 60;
	buffer_printf(b, "%04lld-%02d-%02dT%02d:%02d:%02d.%06ld%c%02ld:%02ld", tm.tm_year + 1900LL,
		      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, micros,
		      tm.tm_gmtoff < 0 ? '-' : '+', offset / 60, offset % 60);
}

void format_clock(struct buffer *b, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	if (t == when && localtime_r(&t, &tm))
		buffer_printf(b, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	else
		buffer_printf(b, "@%" PRId64, when);
}

/* Appends value / one (a power of ten) in decimal, without trailing zeros. */
static void put_decimal(struct buffer *b, int64_t value, int64_t one)
{
	int64_t rest = value % one;

	buffer_printf(b, "%" PRId64, value / one);
	if (rest)
		buffer_putc(b, '.');
	while (rest) {
		one /= 10;
		buffer_putc(b, (char)('0' + rest / one));
		rest %= one;
	}
}

void format_duration(struct buffer *b, int64_t ns)
{
	static const struct {
		int64_t ns;
		char name;
	} units[] = {
		{ 86400 * NSEC_PER_SEC, 'd' },
		{ 3600 * NSEC_PER_SEC, 'h' },
		{ 60 * NSEC_PER_SEC, 'm' },
	};
	bool any = false;

	if (ns > 0 && ns < NSEC_PER_SEC) {
		put_decimal(b, ns, NSEC_PER_SEC / 1000);
		buffer_puts(b, "ms");
		return;
	}
	if (ns < 0)
		ns = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (ns < units[i].ns)
			continue;
		buffer_printf(b, "%" PRId64 "%c", ns / units[i].ns, units[i].name);
		ns %= units[i].ns;
		any = true;
	}
	if (ns || !any) {
		put_decimal(b, ns, NSEC_PER_SEC);
		buffer_putc(b, 's');
	}
}
