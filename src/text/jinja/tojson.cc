// JSON text as Python writes it.
#include "text/jinja/tojson.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "text/jinja/compare.h"
#include "text/jinja/merge_sort.h"
#include "text/jinja/print.h"

namespace hob::text::jinja {
namespace {

class Writer {
 public:
  Writer(const JsonStyle& style, Budget& budget, bool frame_trusted)
      : style_(style), budget_(budget), frame_trusted_(frame_trusted) {}

  void write(const Value& value, int level) {
    Budget::Deeper deeper(budget_);
    budget_.charge();
    if (static_cast<int64_t>(out.size()) > budget_.max_text_bytes())
      stop("a text grows beyond {} bytes", budget_.max_text_bytes());
    if (value.is_string()) {
      write_string(value.text());
    } else if (value.is_dict()) {
      write_dict(value.as_dict(), level);
    } else if (value.is_sequence(Sequence::Flavor::list) ||
               value.is_sequence(Sequence::Flavor::tuple)) {
      write_list(value.items(), level);
    } else {
      frame(scalar(value));
    }
  }

  Text out;

 private:
  void frame(std::string_view bytes) { out.append(bytes, frame_trusted_); }
  void frame(const Text& text) { out.append(text.view(), frame_trusted_ && text.all_trusted()); }

  static std::string scalar(const Value& value) {
    if (value.is_none()) return "null";
    if (value.is_boolean()) return value.as_boolean() ? "true" : "false";
    if (value.is_integer()) return print_integer(value.as_integer());
    if (value.is_real()) {
      double real = value.as_real();
      if (std::isnan(real)) return "NaN";
      if (std::isinf(real)) return real < 0 ? "-Infinity" : "Infinity";
      return print_real(real);
    }
    if (value.is_undefined()) stop("tojson: {}", value.why_undefined());
    stop("tojson: a {} cannot be written as JSON", value.type_name());
  }

  void newline(int level) {
    if (!style_.indent) return;
    frame("\n");
    for (int i = 0; i < level; ++i) frame(*style_.indent);
  }

  void write_list(const std::vector<Value>& items, int level) {
    if (items.empty()) return frame("[]");
    frame("[");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) frame(style_.item_separator);
      newline(level + 1);
      write(items[i], level + 1);
    }
    newline(level);
    frame("]");
  }

  void write_dict(const Dict& dict, int level) {
    if (dict.entries().empty()) return frame("{}");
    std::vector<const Dict::Entry*> entries;
    for (const auto& entry : dict.entries()) entries.push_back(&entry);
    if (style_.sort_keys)
      merge_sort(entries, [&](const auto* a, const auto* b) {
        return order(a->first, b->first, "<", budget_) < 0;
      });
    frame("{");
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) frame(style_.item_separator);
      newline(level + 1);
      write_key(entries[i]->first);
      frame(style_.key_separator);
      write(entries[i]->second, level + 1);
    }
    newline(level);
    frame("}");
  }

  void write_key(const Value& key) {
    if (key.is_string()) return write_string(key.text());
    if (!key.is_number() && !key.is_none())
      stop("tojson: a {} cannot be a key in JSON", key.type_name());
    frame("\"");
    frame(scalar(key));
    frame("\"");
  }

  void write_string(const Text& text) {
    budget_.charge_bytes(text.size());
    frame("\"");
    std::string_view bytes = text.view();
    auto run = text.runs().begin();
    size_t plain = 0;  // begins what can be copied as it is
    for (size_t at = 0; at < bytes.size();) {
      auto c = static_cast<unsigned char>(bytes[at]);
      bool copies = c >= 0x20 && c != '"' && c != '\\' && (c < 0x7F || !style_.ensure_ascii);
      if (copies) {
        ++at;
        continue;
      }
      out.append(text, plain, at);
      while (at >= run->end) ++run;
      CodePoint point = decode_utf8(bytes, at);
      out.append(escape(point.value), run->trusted);
      plain = at += static_cast<size_t>(point.length);
    }
    out.append(text, plain, bytes.size());
    frame("\"");
  }

  static std::string escape(char32_t c) {
    static constexpr std::string_view kShort = "\"\\\n\r\t\f\b";
    static constexpr std::string_view kLetters = "\"\\nrtfb";
    size_t known = c < 0x80 ? kShort.find(static_cast<char>(c)) : kShort.npos;
    if (known != kShort.npos) return {'\\', kLetters[known]};
    auto unit = static_cast<uint32_t>(c);
    if (unit < 0x10000) return fmt::format("\\u{:04x}", unit);
    unit -= 0x10000;
    return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (unit >> 10), 0xDC00 + (unit & 0x3FF));
  }

  const JsonStyle& style_;
  Budget& budget_;
  bool frame_trusted_;
};

}  // namespace

Text to_json(const Value& value, const JsonStyle& style, Budget& budget) {
  Writer writer(style, budget, all_trusted(value, budget));
  writer.write(value, 0);
  return std::move(writer.out);
}

}  // namespace hob::text::jinja
