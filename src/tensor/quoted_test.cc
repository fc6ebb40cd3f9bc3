#include "tensor/quoted.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace hob::tensor {
namespace {

using namespace std::string_view_literals;

TEST(Quoted, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(quoted("blk.0.attn_q.weight"), "'blk.0.attn_q.weight'");
  EXPECT_EQ(quoted("clé ▁tôken"), "'clé ▁tôken'");
  EXPECT_EQ(quoted(""), "''");
}

TEST(Quoted, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(quoted("a\nb\x1b[2J\0c"sv), "'a\\nb\\x1b[2J\\x00c'");
  EXPECT_EQ(quoted("it's"), "'it\\'s'");
  EXPECT_EQ(quoted("\xff\xc3"), "'\\xff\\xc3'");
  EXPECT_EQ(quoted("a\u202e"
                   "b"),
            "'a\\u{202e}b'");
}

TEST(Quoted, ShortensAndSaysHowLongItWas) {
  const std::string shown = quoted(std::string(5000, 'a') + "end", 20);
  EXPECT_EQ(shown, "'aaaaaaaaaa…aaaaaaaend' (5003 bytes long)");
}

TEST(Quoted, NeverCutsInsideACodePoint) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "▁é";
  for (size_t limit = 0; limit < 40; ++limit) {
    const std::string shown = quoted(text, limit);
    EXPECT_TRUE(is_valid_utf8(shown)) << shown;
    EXPECT_EQ(shown.find("\\x"), std::string::npos) << shown;
  }
}

}  // namespace
}  // namespace hob::tensor
