// What the kinds of tokenizer differ in: cutting text without special tokens into tokens, and the
// bytes of a token in running text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hob::text {

// The scratch space of one call of encode: fragments in order, on one thread.
class EncoderSession {
 public:
  virtual ~EncoderSession() = default;

  // Appends the tokens of `text` (not empty, < 1 GiB) to `out`, which holds only what this session
  // and its caller appended. after_special: the text begins the whole or follows a special token.
  virtual void encode(std::string_view text, bool after_special, std::vector<Token>& out) = 0;
};

class Encoder {
 public:
  virtual ~Encoder() = default;

  // text_bytes: a hint, the size of the whole text.
  virtual std::unique_ptr<EncoderSession> begin(size_t text_bytes) const = 0;

  // The bytes of a token of type normal or byte.
  virtual void append_bytes(Token token, std::string& out) const = 0;
};

}  // namespace hob::text
