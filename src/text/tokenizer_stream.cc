// StreamDecoder: holds back the bytes of a code point until it is complete or can no longer be.
#include "base/utf8.h"
#include "text/tokenizer.h"

namespace hob::text {

namespace {

// How many bytes at text[at], which are no code point, one U+FFFD stands for: the longest part that
// begins one, or a single byte.
size_t bad_length(std::string_view text, size_t at) {
  for (size_t n = 3; n > 1; n--)
    if (text.size() - at >= n && incomplete_utf8_tail(text.substr(at, n)) == n) return n;
  return 1;
}

}  // namespace

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, bool at_start_of_text)
    : tokenizer_(&tokenizer), strip_space_(at_start_of_text && tokenizer.strips_leading_space()) {}

std::string StreamDecoder::push(Token token) {
  held_ += tokenizer_->piece(token);
  if (strip_space_ && !held_.empty()) {
    if (held_[0] == ' ') held_.erase(0, 1);
    strip_space_ = false;
  }
  return take(held_.size() - incomplete_utf8_tail(held_));
}

std::string StreamDecoder::finish() {
  return take(held_.size());
}

std::string StreamDecoder::take(size_t n_bytes) {
  const std::string_view ready = std::string_view(held_).substr(0, n_bytes);
  std::string out;
  for (size_t at = 0; at < ready.size();) {
    const CodePoint c = decode_utf8(ready, at);
    const bool bad = c.value == kReplacement && c.length == 1;
    const size_t length = bad ? bad_length(ready, at) : static_cast<size_t>(c.length);
    append_utf8(out, c.value);
    at += length;
  }
  held_.erase(0, n_bytes);
  return out;
}

}  // namespace hob::text
