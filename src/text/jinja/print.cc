// str() and repr(): numbers as Python prints them, strings with Python's choice of quotes and
// escapes.
#include "text/jinja/print.h"

#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

void represent_string(const Text& text, Text& out, bool frame_trusted) {
  std::string_view bytes = text.view();
  bool has_single = bytes.find('\'') != bytes.npos, has_double = bytes.find('"') != bytes.npos;
  char quote = has_single && !has_double ? '"' : '\'';
  out.append(std::string_view(&quote, 1), frame_trusted);
  auto run = text.runs().begin();
  for (size_t at = 0; at < bytes.size();) {
    while (at >= run->end) ++run;
    CodePoint c = decode_utf8(bytes, at);
    size_t length = static_cast<size_t>(c.length);
    char32_t v = c.value;
    if (v == U'\n')
      out.append("\\n", run->trusted);
    else if (v == U'\r')
      out.append("\\r", run->trusted);
    else if (v == U'\t')
      out.append("\\t", run->trusted);
    else if (v == U'\\' || v == static_cast<char32_t>(quote))
      out.append(std::string{'\\', static_cast<char>(v)}, run->trusted);
    else if (is_printable(v))
      out.append(bytes.substr(at, length), run->trusted);
    else if (v < 0x100)
      out.append(fmt::format("\\x{:02x}", static_cast<uint32_t>(v)), run->trusted);
    else if (v < 0x10000)
      out.append(fmt::format("\\u{:04x}", static_cast<uint32_t>(v)), run->trusted);
    else
      out.append(fmt::format("\\U{:08x}", static_cast<uint32_t>(v)), run->trusted);
    at += length;
  }
  out.append(std::string_view(&quote, 1), frame_trusted);
}

class Representer {
 public:
  Representer(Text& out, Budget& budget, bool frame_trusted)
      : out_(out), budget_(budget), frame_trusted_(frame_trusted) {}

  void write(const Value& value) {
    Budget::Deeper deeper(budget_);
    budget_.charge();
    if (static_cast<int64_t>(out_.size()) > budget_.max_text_bytes())
      stop("a text grows beyond {} bytes", budget_.max_text_bytes());
    if (value.is_string()) {
      budget_.charge_bytes(value.text().size());
      represent_string(value.text(), out_, frame_trusted_);
    } else if (value.is_sequence()) {
      write_sequence(value.as_sequence());
    } else if (value.is_dict()) {
      write_dict(value.as_dict());
    } else {
      frame(scalar(value));
    }
  }

  static std::string scalar(const Value& value) {
    if (value.is_undefined()) return "Undefined";
    if (value.is_none()) return "None";
    if (value.is_boolean()) return value.as_boolean() ? "True" : "False";
    if (value.is_integer()) return print_integer(value.as_integer());
    if (value.is_real()) return print_real(value.as_real());
    return value.as_object()->represent();
  }

 private:
  void frame(std::string_view bytes) { out_.append(bytes, frame_trusted_); }

  void write_sequence(const Sequence& sequence) {
    using Flavor = Sequence::Flavor;
    if (sequence.flavor == Flavor::range) return write_range(sequence);
    bool tuple = sequence.flavor == Flavor::tuple;
    if (sequence.flavor == Flavor::dict_items) frame("dict_items(");
    if (sequence.flavor == Flavor::dict_keys) frame("dict_keys(");
    if (sequence.flavor == Flavor::dict_values) frame("dict_values(");
    frame(tuple ? "(" : "[");
    bool first = true;
    for (const Value& item : sequence.items) {
      if (!first) frame(", ");
      first = false;
      write(item);
    }
    if (tuple && sequence.items.size() == 1) frame(",");
    frame(tuple ? ")" : "]");
    if (sequence.flavor >= Flavor::dict_items) frame(")");
  }

  void write_range(const Sequence& sequence) {
    if (sequence.items.empty()) return frame("range(0, 0)");
    Integer first = sequence.items.front().as_integer(), last = sequence.items.back().as_integer();
    Integer step = sequence.items.size() > 1 ? sequence.items[1].as_integer() - first : 1;
    frame(fmt::format("range({}, {}", print_integer(first), print_integer(last + step)));
    frame(step == 1 ? ")" : fmt::format(", {})", print_integer(step)));
  }

  void write_dict(const Dict& dict) {
    frame("{");
    bool first = true;
    for (const auto& [key, value] : dict.entries()) {
      if (!first) frame(", ");
      first = false;
      write(key);
      frame(": ");
      write(value);
    }
    frame("}");
  }

  Text& out_;
  Budget& budget_;
  bool frame_trusted_;
};

}  // namespace

bool all_trusted(const Value& value, Budget& budget) {
  Budget::Deeper deeper(budget);
  budget.charge();
  if (value.is_string()) return value.text().all_trusted();
  if (value.is_sequence()) {
    for (const Value& item : value.items())
      if (!all_trusted(item, budget)) return false;
  } else if (value.is_dict()) {
    for (const auto& [key, item] : value.as_dict().entries())
      if (!all_trusted(key, budget) || !all_trusted(item, budget)) return false;
  }
  return true;
}

Text to_text(const Value& value, Budget& budget) {
  if (value.is_undefined()) return {};
  if (!value.is_string()) return represent(value, budget);
  budget.charge_bytes(value.text().size());
  Text text = value.text();
  text.markup = false;
  return text;
}

Text represent(const Value& value, Budget& budget) {
  Text out;
  Representer(out, budget, all_trusted(value, budget)).write(value);
  return out;
}

std::string print_integer(Integer value) {
  return fmt::format("{}", value);
}

std::string print_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char scientific[40];
  auto end = std::to_chars(scientific, scientific + sizeof scientific, value,
                           std::chars_format::scientific)
                 .ptr;
  std::string text(scientific, end);
  size_t e = text.find('e');
  int exponent = std::stoi(text.substr(e + 1));
  if (exponent >= -4 && exponent < 16) {  // where Python's repr switches to exponents
    std::string fixed(400, '\0');
    auto fixed_end =
        std::to_chars(fixed.data(), fixed.data() + fixed.size(), value, std::chars_format::fixed)
            .ptr;
    fixed.resize(static_cast<size_t>(fixed_end - fixed.data()));
    return fixed.find('.') == fixed.npos ? fixed + ".0" : fixed;
  }
  return fmt::format("{}e{}{:02}", text.substr(0, e), exponent < 0 ? '-' : '+', std::abs(exponent));
}

}  // namespace hob::text::jinja
