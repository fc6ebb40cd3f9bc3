// The directives of Python's strftime that dates in prompts use. The C library's strftime is
// avoided where it would speak the user's locale.
#include "text/jinja/strftime.h"

#include <fmt/format.h>

#include <ctime>

namespace hob::text::jinja {
namespace {

constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

std::string directive(char c, const std::tm& t, bool pad) {
  auto two = [&](int value) {
    return pad ? fmt::format("{:02}", value) : fmt::format("{}", value);
  };
  std::string_view day = kDays[t.tm_wday % 7], month = kMonths[t.tm_mon % 12];
  int hour12 = t.tm_hour % 12 == 0 ? 12 : t.tm_hour % 12;
  switch (c) {
    case 'Y':
      return fmt::format("{}", t.tm_year + 1900);
    case 'y':
      return two((t.tm_year + 1900) % 100);
    case 'm':
      return two(t.tm_mon + 1);
    case 'd':
      return two(t.tm_mday);
    case 'e':
      return fmt::format("{:2}", t.tm_mday);
    case 'H':
      return two(t.tm_hour);
    case 'I':
      return two(hour12);
    case 'M':
      return two(t.tm_min);
    case 'S':
      return two(t.tm_sec);
    case 'f':
      return "000000";
    case 'j':
      return pad ? fmt::format("{:03}", t.tm_yday + 1) : fmt::format("{}", t.tm_yday + 1);
    case 'p':
      return t.tm_hour < 12 ? "AM" : "PM";
    case 'A':
      return std::string(day);
    case 'a':
      return std::string(day.substr(0, 3));
    case 'B':
      return std::string(month);
    case 'b':
    case 'h':
      return std::string(month.substr(0, 3));
    case 'w':
      return fmt::format("{}", t.tm_wday);
    case 'u':
      return fmt::format("{}", t.tm_wday == 0 ? 7 : t.tm_wday);
    case 'F':
      return fmt::format("{}-{:02}-{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
    case 'D':
    case 'x':
      return fmt::format("{:02}/{:02}/{:02}", t.tm_mon + 1, t.tm_mday, (t.tm_year + 1900) % 100);
    case 'T':
    case 'X':
      return fmt::format("{:02}:{:02}:{:02}", t.tm_hour, t.tm_min, t.tm_sec);
    case 'R':
      return fmt::format("{:02}:{:02}", t.tm_hour, t.tm_min);
    case 'c':
      return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", day.substr(0, 3), month.substr(0, 3),
                         t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_year + 1900);
    case 'Z':
    case 'z':
      return "";  // datetime.now() knows no zone
    case '%':
      return "%";
    default:
      return std::string{'%', c};
  }
}

}  // namespace

std::string format_time(std::string_view format, std::optional<int64_t> now) {
  std::time_t seconds = now ? static_cast<std::time_t>(*now) : std::time(nullptr);
  std::tm t{};
  if (now)
    gmtime_r(&seconds, &t);
  else
    localtime_r(&seconds, &t);
  std::string out;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%' || at + 1 >= format.size()) {
      out.push_back(format[at]);
      continue;
    }
    bool pad = format[at + 1] != '-' || at + 2 >= format.size();
    at += pad ? 1 : 2;
    out += directive(format[at], t, pad);
  }
  return out;
}

}  // namespace hob::text::jinja
