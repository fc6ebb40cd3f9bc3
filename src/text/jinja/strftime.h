// Dates for strftime_now, in English whatever the locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hob::text::jinja {

// `now`: seconds since 1970, shown as UTC; absent: this machine's clock and time zone. Directives
// that are not known stay as they are written.
std::string format_time(std::string_view format, std::optional<int64_t> now);

}  // namespace hob::text::jinja
