/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.c - tests of characters
 */
#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode-ranges.h"
#include "base/utf8.h"
#include "base/util.h"

static void test_decode(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, len;
		uint32_t cp;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "\0", 1, 1, 0 },
		{ "A", 1, 1, 'A' },
		{ "AB", 2, 1, 'A' },
		{ "\x7f", 1, 1, 0x7f },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xc3\xa4z", 3, 2, 0xe4 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		/* cut short */
		{ "\xc3\xa4", 1, 0, 0 },
		{ "\xe2\x82\xac", 2, 0, 0 },
		{ "\xe2\x82\xac", 1, 0, 0 },
		{ "\xf0\x9f\x98\x80", 3, 0, 0 },
		/* a continuation byte alone, or none where one must be */
		{ "\x80", 1, 0, 0 },
		{ "\xbf\xbf", 2, 0, 0 },
		{ "\xc3z", 2, 0, 0 },
		{ "\xc3\xc3", 2, 0, 0 },
		{ "\xe2\x82z", 3, 0, 0 },
		{ "\xe2z\xac", 3, 0, 0 },
		{ "\xf0\x9f\x98z", 4, 0, 0 },
		/* overlong */
		{ "\xc0\x80", 2, 0, 0 },
		{ "\xc1\xbf", 2, 0, 0 },
		{ "\xe0\x9f\xbf", 3, 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 4, 0, 0 },
		/* surrogates */
		{ "\xed\xa0\x80", 3, 0, 0 },
		{ "\xed\xbf\xbf", 3, 0, 0 },
		/* above U+10FFFF, and bytes that never occur */
		{ "\xf4\x90\x80\x80", 4, 0, 0 },
		{ "\xf5\x80\x80\x80", 4, 0, 0 },
		{ "\xf8\x88\x80\x80\x80", 5, 0, 0 },
		{ "\xfe", 1, 0, 0 },
		{ "\xff", 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t cp = 4711;
		size_t len = utf8_decode(rows[i].bytes, rows[i].n, &cp);

		if (len != rows[i].len || (len && cp != rows[i].cp))
			fail_msg("row %zu: length %zu, U+%04" PRIX32, i, len, cp);
	}
}

/* Writes a character as UTF-8, the plain way; returns its length. */
static size_t encode(uint32_t cp, char *p)
{
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; --i; cp >>= 6)
		p[i] = (char)(0x80 | (cp & 0x3f));
	p[0] = (char)(lead[len] | cp);
	return len;
}

static void test_decode_all(void **state)
{
	char bytes[4];
	uint32_t back = 0;

	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		size_t len = encode(cp, bytes);
		char again[UTF8_MAX];
		bool surrogate = cp >= 0xd800 && cp < 0xe000;

		if (utf8_encode(cp, again) != len || memcmp(again, bytes, len) != 0)
			fail_msg("U+%04" PRIX32 " is written otherwise", cp);
		if (utf8_decode(bytes, len, &back) != (surrogate ? 0 : len))
			fail_msg("U+%04" PRIX32, cp);
		if (!surrogate && back != cp)
			fail_msg("U+%04" PRIX32 " is read as U+%04" PRIX32, cp, back);
		if (utf8_valid(bytes, len) == surrogate)
			fail_msg("U+%04" PRIX32 ": wrong validity", cp);
	}
}

/* A wrong byte at each place of texts of each length: the steps of eight hide none. */
static void test_valid_finds_each_place(void **state)
{
	char text[40];

	(void)state;
	for (size_t len = 0; len <= sizeof(text); len++) {
		memset(text, 'a', sizeof(text));
		assert_true(utf8_valid(text, len));
		for (size_t i = 0; i < len; i++) {
			text[i] = '\xff';
			assert_false(utf8_valid(text, len));
			/* A lead byte whose second byte lies beyond the end. */
			text[i] = '\xc3';
			assert_false(utf8_valid(text, i + 1));
			if (i + 1 < len) {
				text[i + 1] = '\xa4';
				assert_true(utf8_valid(text, len));
				text[i + 1] = 'a';
			}
			text[i] = 'a';
		}
	}
	assert_true(utf8_valid("a\0b\0\0\0\0\0\0\0", 10));
	assert_true(utf8_valid(NULL, 0));
}

static void check_sorted(const struct unicode_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(ranges[i].first <= ranges[i].last);
		assert_true(ranges[i].first >= 0x80);
		assert_true(ranges[i].last <= 0x10ffff);
		if (i)
			assert_true(ranges[i].first > ranges[i - 1].last);
	}
}

static void test_ranges_are_sorted(void **state)
{
	(void)state;
	check_sorted(unicode_unprintable, ARRAY_SIZE(unicode_unprintable));
	check_sorted(unicode_zero_width, ARRAY_SIZE(unicode_zero_width));
	check_sorted(unicode_wide, ARRAY_SIZE(unicode_wide));
}

static void test_printable(void **state)
{
	static const struct {
		uint32_t first, last;
		bool printable;
	} rows[] = {
		{ 0x00, 0x1f, false }, /* C0 */
		{ 0x20, 0x7e, true },  /* ASCII */
		{ 0x7f, 0xa0, false }, /* DEL, C1, no-break space */
		{ 0xa1, 0xac, true },
		{ 0xad, 0xad, false },     /* soft hyphen */
		{ 0xae, 0x34e, true },     /* letters, combining marks */
		{ 0x34f, 0x34f, false },   /* combining grapheme joiner */
		{ 0x600, 0x605, true },    /* Arabic number signs: format, but drawn */
		{ 0x61c, 0x61c, false },   /* Arabic letter mark */
		{ 0x1160, 0x1160, false }, /* Hangul filler */
		{ 0x1680, 0x1680, false }, /* Ogham space */
		{ 0x180e, 0x180e, false }, /* Mongolian vowel separator */
		{ 0x2000, 0x200f, false }, /* spaces, joiners, directional marks */
		{ 0x2010, 0x2027, true },
		{ 0x2028, 0x202f, false }, /* line and paragraph ends, embeddings, narrow space */
		{ 0x2030, 0x205e, true },
		{ 0x205f, 0x206f, false }, /* mathematical space, word joiner, isolates */
		{ 0x20ac, 0x20ac, true },  /* euro */
		{ 0x2800, 0x2800, false }, /* Braille without a dot */
		{ 0x2801, 0x2801, true },
		{ 0x3000, 0x3000, false }, /* ideographic space */
		{ 0x4e00, 0x9fff, true },
		{ 0xac00, 0xd7a3, true },
		{ 0xd800, 0xf8ff, false }, /* surrogates, private */
		{ 0xf900, 0xfdcf, true },
		{ 0xfdd0, 0xfdef, false },  /* noncharacters */
		{ 0xfe00, 0xfe0f, false },  /* variation selectors */
		{ 0xfeff, 0xfeff, false },  /* byte order mark */
		{ 0xfff9, 0xfffb, false },  /* annotations */
		{ 0xfffc, 0xfffd, true },   /* object and character replacements */
		{ 0xfffe, 0xffff, false },  /* noncharacters */
		{ 0x1f600, 0x1f64f, true }, /* faces */
		{ 0x1fffe, 0x1ffff, false },
		{ 0x20000, 0x2fffd, true },
		{ 0xe0001, 0xe0001, false },  /* language tag */
		{ 0xe0020, 0xe007f, false },  /* tags */
		{ 0xe0100, 0xe01ef, false },  /* more variation selectors */
		{ 0xf0000, 0x10ffff, false }, /* private */
		{ 0x110000, 0x110000, false },
		{ UINT32_MAX, UINT32_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t cp = rows[i].first;

		do {
			if (utf8_printable(cp) != rows[i].printable)
				fail_msg("U+%04" PRIX32, cp);
		} while (cp++ != rows[i].last);
	}
}

static void test_bidi_control(void **state)
{
	static const uint32_t controls[] = {
		0x61c,  0x200e, 0x200f, 0x202a, 0x202b, 0x202c,
		0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
	};
	size_t next = 0;

	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		bool is = next < ARRAY_SIZE(controls) && cp == controls[next];

		if (utf8_bidi_control(cp) != is)
			fail_msg("U+%04" PRIX32, cp);
		if (is)
			assert_false(utf8_printable(cp));
		next += is;
	}
	assert_int_equal(next, ARRAY_SIZE(controls));
}

static void test_width(void **state)
{
	static const struct {
		uint32_t first, last;
		int width;
	} rows[] = {
		{ 0x20, 0x7e, 1 },       { 0xa1, 0x2ff, 1 },
		{ 0x300, 0x36f, 0 },                          /* combining marks */
		{ 0x370, 0x377, 1 },     { 0x488, 0x489, 0 }, /* enclosing */
		{ 0x5d0, 0x5ea, 1 },                          /* Hebrew letters */
		{ 0x94d, 0x94d, 0 },                          /* virama */
		{ 0x1100, 0x115e, 2 },                        /* Hangul initials */
		{ 0x1161, 0x11ff, 0 }, /* vowels and finals, drawn into the initial */
		{ 0x20d0, 0x20f0, 0 },   { 0x231a, 0x231b, 2 }, /* watch, hourglass */
		{ 0x2500, 0x257f, 1 },                          /* box drawing */
		{ 0x2581, 0x2588, 1 },                          /* blocks */
		{ 0x302a, 0x302d, 0 },                          /* marks among the wide */
		{ 0x3041, 0x3096, 2 },                          /* hiragana */
		{ 0x3099, 0x309a, 0 },   { 0x3400, 0x4dbf, 2 },
		{ 0x4dc0, 0x4dff, 2 },                          /* hexagrams */
		{ 0x4e00, 0x9fff, 2 },   { 0xac00, 0xd7a3, 2 }, /* Hangul syllables */
		{ 0xfb00, 0xfb06, 1 },   { 0xfe20, 0xfe2f, 0 },
		{ 0xff01, 0xff60, 2 }, /* fullwidth */
		{ 0xff61, 0xff9f, 1 }, /* halfwidth */
		{ 0x1d400, 0x1d454, 1 }, { 0x1f300, 0x1f320, 2 },
		{ 0x1f321, 0x1f32c, 1 }, { 0x1f600, 0x1f64f, 2 },
		{ 0x20000, 0x2fffd, 2 }, { 0x30000, 0x3fffd, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (uint32_t cp = rows[i].first; cp <= rows[i].last; cp++) {
			if (utf8_width(cp) != rows[i].width)
				fail_msg("U+%04" PRIX32 " is %d wide", cp, utf8_width(cp));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_all),
		cmocka_unit_test(test_valid_finds_each_place),
		cmocka_unit_test(test_ranges_are_sorted),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_bidi_control),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
