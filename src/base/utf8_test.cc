#include "base/utf8.h"

#include <gtest/gtest.h>

namespace hob {
namespace {

TEST(Utf8, RoundTripsEveryLength) {
  for (char32_t c :
       {0x41u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xD7FFu, 0xE000u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text;
    append_utf8(text, c);
    const CodePoint back = decode_utf8(text, 0);
    EXPECT_EQ(back.value, c);
    EXPECT_EQ(static_cast<size_t>(back.length), text.size());
    EXPECT_TRUE(is_valid_utf8(text));
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndTooLarge) {
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xFF", "\xC3"})
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
}

TEST(Utf8, FindsTheIncompleteTail) {
  EXPECT_EQ(incomplete_utf8_tail(""), 0u);
  EXPECT_EQ(incomplete_utf8_tail("a"), 0u);
  EXPECT_EQ(incomplete_utf8_tail("a\xC3"), 1u);
  EXPECT_EQ(incomplete_utf8_tail("\xE2\x82"), 2u);
  EXPECT_EQ(incomplete_utf8_tail("\xF0\x9F\x98"), 3u);
  EXPECT_EQ(incomplete_utf8_tail("\xE2\x82\xAC"), 0u);
  EXPECT_EQ(incomplete_utf8_tail("\x80"), 0u);      // nothing can complete it
  EXPECT_EQ(incomplete_utf8_tail("\xED\xA0"), 0u);  // a surrogate: never valid
}

}  // namespace
}  // namespace hob
