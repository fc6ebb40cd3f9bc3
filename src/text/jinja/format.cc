// Format strings. Their own text keeps its trust, and so does each value put in. Numbers know the
// presentation types d i x X o b e f g %, strings s; width, fill, sign, "," and precision.
#include "text/jinja/format.h"

#include <algorithm>
#include <cmath>

#include "text/jinja/interpreter.h"
#include "text/jinja/parameters.h"
#include "text/jinja/print.h"
#include "text/jinja/slice.h"
#include "text/jinja/string_ops.h"

namespace hob::text::jinja {
namespace {

struct Spec {
  Text fill{" ", true};
  char align = '\0';  // < > ^ =
  char sign = '-';
  bool alternate = false, zero = false;
  char grouping = '\0';
  Integer width = 0;
  int precision = -1;
  char type = '\0';
};

bool digit(char c) {
  return c >= '0' && c <= '9';
}

Integer read_number(std::string_view text, size_t& at, Integer most) {
  Integer value = 0;
  while (at < text.size() && digit(text[at]) && value <= most)
    value = value * 10 + (text[at++] - '0');
  if (value > most) stop("a number in this format is too large");
  return value;
}

std::string grouped(std::string digits, char separator, size_t every) {
  size_t end = digits.find_first_not_of("0123456789abcdefABCDEF");
  if (end == digits.npos) end = digits.size();
  for (size_t at = end; at > every;) digits.insert(at -= every, 1, separator);
  return digits;
}

std::string integer_digits(unsigned __int128 value, unsigned base, bool upper) {
  std::string digits;
  do {
    digits.insert(digits.begin(), (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base]);
    value /= base;
  } while (value > 0);
  return digits;
}

std::string real_digits(double value, char type, int precision, bool alternate) {
  if (std::isinf(value)) return "inf";
  if (std::isnan(value)) return "nan";
  if (precision < 0) precision = 6;
  precision = std::min(precision, 300);
  std::string mark = alternate ? "#" : "";
  if (type == '%') return fmt::format("{:.{}f}%", value * 100, precision);
  return fmt::format(fmt::runtime("{:" + mark + ".{}" + type + "}"), value, precision);
}

// Sign and digits of a number, before padding.
std::string number_text(const Value& value, const Spec& spec, bool& negative) {
  char type = spec.type;
  bool real = value.is_real() || std::string_view("eEfFgG%").find(type) != std::string_view::npos;
  if (real && type == '\0') {
    if (spec.precision < 0) {
      std::string text = print_real(value.as_real());
      negative = text.starts_with('-');
      return negative ? text.substr(1) : text;
    }
    type = 'g';
  }
  if (real && type != '\0' && std::string_view("eEfFgG%").find(type) != std::string_view::npos) {
    double number = value.as_real();
    negative = std::signbit(number);
    std::string digits = real_digits(std::fabs(number), type, spec.precision, spec.alternate);
    return spec.grouping ? grouped(std::move(digits), spec.grouping, 3) : digits;
  }
  if (value.is_real()) stop("format code '{}' does not work for a float", type);
  Integer number = value.as_integer();
  negative = number < 0;
  auto magnitude = static_cast<unsigned __int128>(number);
  if (negative) magnitude = -magnitude;
  unsigned base = type == 'x' || type == 'X' ? 16 : type == 'o' ? 8 : type == 'b' ? 2 : 10;
  if (base == 10 && type != '\0' && type != 'd' && type != 'i' && type != 'n' && type != 'u')
    stop("format code '{}' does not work for an int", type);
  std::string digits = integer_digits(magnitude, base, type == 'X');
  if (spec.grouping) digits = grouped(std::move(digits), spec.grouping, base == 10 ? 3 : 4);
  if (spec.alternate && base != 10) digits.insert(0, std::string{'0', type});
  return digits;
}

Text pad_number(std::string digits, bool negative, const Spec& spec, Budget& budget) {
  std::string sign = negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
  char align = spec.align ? spec.align : spec.zero ? '=' : '>';
  Text fill = spec.zero && !spec.align ? Text("0", true) : spec.fill;
  if (align == '=') {
    Value body = Value::word(digits);
    Text out(sign, true);
    Integer width = spec.width - static_cast<Integer>(sign.size());
    out.append(pad(body.as_string(), width, fill, Align::right, budget));
    return out;
  }
  Value body = Value::word(sign + digits);
  Align side = align == '<' ? Align::left : align == '^' ? Align::center : Align::right;
  return pad(body.as_string(), spec.width, fill, side, budget);
}

Text pad_text(const Text& text, const Spec& spec, Budget& budget) {
  Value body = Value::string(text);
  if (spec.precision >= 0)
    body = Value::string(head(body.as_string(), static_cast<size_t>(spec.precision)));
  Align side = spec.align == '>' ? Align::right : spec.align == '^' ? Align::center : Align::left;
  return pad(body.as_string(), spec.width, spec.fill, side, budget);
}

// ---- "%s" % value ----

class PercentFormat {
 public:
  PercentFormat(const Text& format, const Value& values, Interpreter& interpreter)
      : format_(format), values_(values), interpreter_(interpreter) {}

  Text run() {
    std::string_view text = format_.view();
    Text out;
    for (size_t at = 0; at < text.size();) {
      size_t percent = std::min(text.find('%', at), text.size());
      out.append(format_, at, percent);
      if (percent == text.size()) break;
      at = percent + 1;
      convert(at, out);
      interpreter_.budget().charge_bytes(out.size() / 16);
    }
    bool tuple = values_.is_sequence(Sequence::Flavor::tuple);
    bool unused = tuple ? next_ < values_.items().size()
                        : !used_ && !values_.is_dict() && !values_.is_sequence();
    if (unused) stop("not all arguments converted during string formatting");
    return out;
  }

 private:
  Value next_value() {
    if (values_.is_sequence(Sequence::Flavor::tuple)) {
      if (next_ >= values_.items().size()) stop("not enough arguments for format string");
      return values_.items()[next_++];
    }
    if (std::exchange(used_, true)) stop("not enough arguments for format string");
    return values_;
  }

  void convert(size_t& at, Text& out) {
    std::string_view text = format_.view();
    Budget& budget = interpreter_.budget();
    if (at < text.size() && text[at] == '%') {
      out.append(format_, at, at + 1);
      ++at;
      return;
    }
    std::optional<Value> value;
    if (at < text.size() && text[at] == '(') {
      size_t close = text.find(')', at);
      if (close == text.npos || !values_.is_dict()) stop("format requires a mapping");
      const Value* found = values_.as_dict().find(text.substr(at + 1, close - at - 1));
      if (!found) stop("no key '{}' for this format", text.substr(at + 1, close - at - 1));
      value = *found;
      at = close + 1;
    }
    Spec spec;
    for (; at < text.size() && std::string_view("-+ 0#").find(text[at]) != text.npos; ++at) {
      if (text[at] == '-') spec.align = '<';
      if (text[at] == '+') spec.sign = '+';
      if (text[at] == ' ' && spec.sign == '-') spec.sign = ' ';
      if (text[at] == '0') spec.zero = true;
      if (text[at] == '#') spec.alternate = true;
    }
    spec.width = read_number(text, at, budget.max_text_bytes());
    if (at < text.size() && text[at] == '.')
      spec.precision = static_cast<int>(read_number(text, ++at, 1 << 24));
    if (at >= text.size()) stop("incomplete format");
    char type = text[at++];
    if (!value) value = next_value();
    if (type == 's' || type == 'r' || type == 'a') {
      if (!spec.align) spec.align = '>';
      out.append(pad_text(type == 's' ? to_text(*value, budget) : represent(*value, budget), spec,
                          budget));
      return;
    }
    if (!value->is_number())
      stop("%{} format: a number is required, not {}", type, value->type_name());
    if (std::string_view("diueEfFgGxXo").find(type) == std::string_view::npos)
      stop("unsupported format character '{}'", type);
    bool integral = std::string_view("diuxXo").find(type) != std::string_view::npos;
    if (integral && value->is_real()) {
      double whole = std::trunc(value->as_real());
      if (!(std::fabs(whole) < 1e18)) stop("%{} format: the number is too large", type);
      value = Value::integer(static_cast<Integer>(whole));
    }
    spec.type = type == 'i' || type == 'u' ? 'd' : type;
    bool negative = false;
    std::string digits = number_text(*value, spec, negative);
    out.append(pad_number(std::move(digits), negative, spec, budget));
  }

  const Text& format_;
  const Value& values_;
  Interpreter& interpreter_;
  size_t next_ = 0;
  bool used_ = false;
};

// ---- "{}".format(value) ----

class BraceFormat {
 public:
  BraceFormat(const Arguments& arguments, Interpreter& interpreter)
      : arguments_(arguments), interpreter_(interpreter) {}

  Text run(const Text& format, int levels) {
    if (levels == 0) stop("format fields nest too deeply");
    std::string_view text = format.view();
    Text out;
    for (size_t at = 0; at < text.size();) {
      size_t brace = std::min(text.find_first_of("{}", at), text.size());
      out.append(format, at, brace);
      if (brace == text.size()) break;
      if (brace + 1 < text.size() && text[brace + 1] == text[brace]) {
        out.append(format, brace, brace + 1);
        at = brace + 2;
        continue;
      }
      if (text[brace] == '}') stop("single '}}' encountered in format string");
      size_t close = matching(text, brace);
      out.append(field(format.slice(brace + 1, close), levels));
      interpreter_.budget().charge_bytes(out.size() / 16);
      at = close + 1;
    }
    return out;
  }

 private:
  static size_t matching(std::string_view text, size_t open) {
    int depth = 0;
    for (size_t at = open; at < text.size(); ++at) {
      if (text[at] == '{') ++depth;
      if (text[at] == '}' && --depth == 0) return at;
    }
    stop("expected '}}' before end of format string");
  }

  Text field(const Text& field, int levels) {
    Budget& budget = interpreter_.budget();
    std::string_view text = field.view();
    size_t name_end = std::min(text.find_first_of("!:"), text.size());
    Value value = lookup(text.substr(0, name_end));
    size_t at = name_end;
    if (at < text.size() && text[at] == '!') {
      char conversion = at + 1 < text.size() ? text[at + 1] : '\0';
      if (conversion != 's' && conversion != 'r') stop("unknown conversion in format string");
      value = Value::string(conversion == 's' ? to_text(value, budget) : represent(value, budget));
      at += 2;
    }
    if (at >= text.size()) return to_text(value, budget);
    if (text[at] != ':') stop("expected ':' in format string");
    Text spec_text = run(field.slice(at + 1, field.size()), levels - 1);
    if (spec_text.empty()) return to_text(value, budget);
    Spec spec = parse(spec_text, budget);
    if (value.is_number() && !(value.is_boolean() && spec.type == '\0')) {
      bool negative = false;
      std::string digits = number_text(value, spec, negative);
      return pad_number(std::move(digits), negative, spec, budget);
    }
    if (!value.is_string() && !value.is_boolean())
      stop("unsupported format string passed to {}.__format__", value.type_name());
    if (spec.type != '\0' && spec.type != 's')
      stop("unknown format code '{}' for a string", spec.type);
    return pad_text(to_text(value, budget), spec, budget);
  }

  static Spec parse(const Text& text, Budget& budget) {
    static constexpr std::string_view kAligns = "<>^=";
    Spec spec;
    std::string_view s = text.view();
    std::vector<size_t> offsets = code_point_offsets(s.substr(0, std::min<size_t>(s.size(), 8)));
    size_t at = 0;
    size_t second = offsets.size() > 1 ? offsets[1] : s.size();
    if (second < s.size() && kAligns.find(s[second]) != kAligns.npos) {
      spec.fill = text.slice(0, second);
      spec.align = s[second];
      at = second + 1;
    } else if (kAligns.find(s[0]) != kAligns.npos) {
      spec.align = s[at++];
    }
    auto next = [&] { return at < s.size() ? s[at] : '\0'; };
    if (next() == '+' || next() == '-' || next() == ' ') spec.sign = s[at++];
    if (next() == '#') spec.alternate = (++at, true);
    if (next() == '0') spec.zero = (++at, true);
    spec.width = read_number(s, at, budget.max_text_bytes());
    if (next() == ',' || next() == '_') spec.grouping = s[at++];
    if (next() == '.') spec.precision = static_cast<int>(read_number(s, ++at, 1 << 24));
    if (at < s.size()) spec.type = s[at++];
    if (at < s.size()) stop("invalid format specifier '{}'", s);
    return spec;
  }

  // "", "0", "name", then any of ".attribute" and "[key]".
  Value lookup(std::string_view name) {
    size_t end = std::min(name.find_first_of(".["), name.size());
    Value value = argument(name.substr(0, end));
    for (size_t at = end; at < name.size();) {
      bool attribute = name[at] == '.';
      size_t stop_at =
          attribute ? std::min(name.find_first_of(".[", at + 1), name.size()) : name.find(']', at);
      if (stop_at == name.npos) stop("missing ']' in format string");
      std::string_view part = name.substr(at + 1, stop_at - at - 1);
      bool number = !part.empty() && std::all_of(part.begin(), part.end(), digit);
      size_t zero = 0;
      value = attribute ? interpreter_.attribute(value, part)
              : number  ? interpreter_.item(value, Value::integer(read_number(part, zero, 1 << 30)))
                        : interpreter_.item(value, Value::string(std::string(part), false));
      at = stop_at + (attribute ? 0 : 1);
    }
    return value;
  }

  Value argument(std::string_view name) {
    size_t index = 0;
    if (name.empty()) {
      index = automatic_++;
    } else if (std::all_of(name.begin(), name.end(), digit)) {
      size_t at = 0;
      index = static_cast<size_t>(read_number(name, at, 1 << 30));
    } else {
      for (const auto& [key, value] : arguments_.named)
        if (key == name) return value;
      stop("no argument '{}' for this format", name);
    }
    if (index >= arguments_.positional.size()) stop("no argument number {} for this format", index);
    return arguments_.positional[index];
  }

  const Arguments& arguments_;
  Interpreter& interpreter_;
  size_t automatic_ = 0;
};

}  // namespace

Text format_percent(const Text& format, const Value& values, Interpreter& interpreter) {
  return PercentFormat(format, values, interpreter).run();
}

Text format_braces(const Text& format, const Arguments& arguments, Interpreter& interpreter) {
  return BraceFormat(arguments, interpreter).run(format, 3);
}

}  // namespace hob::text::jinja
