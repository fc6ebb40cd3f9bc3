// Small text files of /proc and /sys: whole, and their numbers. They may be missing or hold
// anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hob {

// nullopt where the file cannot be read. At most 1 MiB of it.
std::optional<std::string> read_system_file(const std::string& path);

std::string_view trimmed(std::string_view text);  // without spaces and newlines at the ends
std::vector<std::string_view> lines_of(std::string_view text);

// Digits and nothing else; nullopt above 2^64 - 1 too.
std::optional<uint64_t> parse_unsigned(std::string_view text);

// The number after `name` in a file of lines "name number …" or "name: number …".
std::optional<uint64_t> number_after(std::string_view text, std::string_view name);

}  // namespace hob
