// Text that remembers, byte range by byte range, whether it may be trusted: written by the
// template's author (trusted) or come in through a variable (not). Every string operation of the
// interpreter works on Text, so that trust follows the bytes wherever they go.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hob::text::jinja {

class Text {
 public:
  struct Run {
    size_t end;  // one past its last byte; it begins where the run before ends
    bool trusted;
  };

  Text() = default;
  Text(std::string bytes, bool trusted);

  const std::string& bytes() const { return bytes_; }
  std::string_view view() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  const std::vector<Run>& runs() const { return runs_; }  // neighbours differ in trust
  bool all_trusted() const;
  bool trusted_at(size_t offset) const;

  void append(std::string_view bytes, bool trusted);
  void append(const Text& other) { append(other, 0, other.size()); }
  void append(const Text& other, size_t from, size_t to);  // other's bytes [from, to)
  Text slice(size_t from, size_t to) const;                // bytes [from, to)

  // MarkupSafe's flag: set by the filters safe and escape; "+" escapes what it is joined with.
  bool markup = false;

 private:
  std::string bytes_;
  std::vector<Run> runs_;
};

}  // namespace hob::text::jinja
