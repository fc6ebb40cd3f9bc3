#include "tensor/gguf_split.h"

#include <algorithm>
#include <charconv>

#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

constexpr std::string_view kExtension = ".gguf";
constexpr uint64_t kMaxParts = 65535;  // split.count is a u16

// Removes "-00012" (with `before` = "-") from the end of `text`; nullopt where it is not there.
std::optional<uint64_t> pop_number(std::string_view& text, std::string_view before) {
  constexpr size_t kDigits = 5;
  if (text.size() < kDigits + before.size()) return std::nullopt;
  const std::string_view digits = text.substr(text.size() - kDigits);
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  text.remove_suffix(kDigits);
  if (!text.ends_with(before)) return std::nullopt;
  text.remove_suffix(before.size());
  return value;
}

}  // namespace

std::optional<SplitName> parse_split_name(std::string_view path) {
  if (!path.ends_with(kExtension)) return std::nullopt;
  path.remove_suffix(kExtension.size());
  const auto n_parts = pop_number(path, "-of-");
  const auto part = n_parts ? pop_number(path, "-") : std::nullopt;
  if (!part || *part < 1 || *part > *n_parts) return std::nullopt;
  return SplitName{std::string(path), *part, *n_parts};
}

std::string split_path(std::string_view prefix, uint64_t part, uint64_t n_parts) {
  return fmt::format("{}-{:05}-of-{:05}{}", prefix, part, n_parts, kExtension);
}

Result<SplitKeys> read_split_keys(const Metadata& metadata, const std::string& file) {
  const auto count = metadata.unsigned_integer("split.count");
  const auto index = metadata.unsigned_integer("split.no");
  const auto n_tensors = metadata.unsigned_integer("split.tensors.count");
  for (const auto* key : {&count, &index, &n_tensors})
    if (!key->ok()) return fail("{}: {}", file, key->error().message);
  const uint64_t n_parts = std::max<uint64_t>(count->value_or(1), 1);
  if (n_parts > kMaxParts)
    return fail("{}: the metadata key 'split.count' is {}, but a model has at most {} parts", file,
                n_parts, kMaxParts);
  if (n_parts > 1 && !*index)
    return fail("{}: the metadata key 'split.count' is {}, but 'split.no' is missing", file,
                n_parts);
  const uint64_t no = index->value_or(0);
  if (no >= n_parts)
    return fail(
        "{}: the metadata key 'split.no' is {}, but 'split.count' is {} (parts count from "
        "0)",
        file, no, n_parts);
  return SplitKeys{no, n_parts, *n_tensors};
}

}  // namespace hob::tensor
