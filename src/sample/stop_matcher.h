// Stop strings over streamed text: what may still become a stop string is held back, the stop
// string itself never comes out. The first stop string to be complete ends the text, the longest of
// those that end at the same byte: so the outcome does not depend on how the text is cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hob::sample {

class StopMatcher {
 public:
  explicit StopMatcher(std::vector<std::string> stops);  // empty strings are ignored

  // Returns the text that is safe to emit. After a match nothing more comes out.
  std::string push(std::string_view text);
  std::string finish();  // the end of the stream: what was held back
  bool stopped() const { return !matched_.empty(); }
  const std::string& matched() const { return matched_; }

 private:
  // Knuth, Morris, Pratt 1977: each byte costs amortised constant time, however the text teases.
  struct Pattern {
    std::string text;
    std::vector<uint32_t> border;  // [i] longest proper border of text[0, i]; [size of text]
    uint32_t n_matched = 0;        // longest prefix of text that ends where the stream is
    bool advance(char byte);       // true: complete
  };

  std::vector<Pattern> patterns_;
  std::string held_;
  std::string matched_;
};

}  // namespace hob::sample
