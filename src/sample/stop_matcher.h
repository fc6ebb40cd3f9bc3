// Stop strings over streamed text: what may still become a stop string is held back, the stop
// string itself never comes out.
#pragma once

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
  bool stopped() const { return stopped_; }
  const std::string& matched() const { return matched_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  std::string matched_;
  bool stopped_ = false;
};

}  // namespace hob::sample
