#include "tensor/gguf_reader.h"

#include "tensor/gguf_foreign.h"

namespace hob::tensor {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kMaxAlignment = uint64_t{1} << 30;

Status check_version(const GgufCursor& in, uint32_t version) {
  if (version == 2 || version == 3) return {};
  if (version == 1)
    return in.refuse(
        "is GGUF version 1, but versions 2 and 3 are supported; get a newer file of the "
        "model");
  if (version != 0 && (version & 0xffff) == 0)
    return in.refuse(
        "is big-endian GGUF (its version reads as {}), but little-endian is needed; get "
        "the little-endian file of the model",
        version);
  if (version == 0)
    return in.refuse("has GGUF version 0, but versions 2 and 3 exist; {}", kDamaged);
  return in.refuse(
      "is GGUF version {}, but versions 2 and 3 are supported; it is damaged or newer "
      "than this program",
      version);
}

Result<uint64_t> read_alignment(const GgufCursor& in, const Metadata& metadata) {
  const auto alignment = metadata.unsigned_integer("general.alignment");
  if (!alignment.ok()) return in.refuse("{}", alignment.error().message);
  const uint64_t value = alignment->value_or(kDefaultAlignment);
  if (value == 0 || (value & (value - 1)) != 0)
    return in.refuse("the metadata key 'general.alignment' is {}, but a power of two is needed",
                     value);
  if (value > kMaxAlignment)
    return in.refuse("the metadata key 'general.alignment' is {}, but at most {} is supported",
                     value, kMaxAlignment);
  return value;
}

}  // namespace

Result<GgufPart> read_gguf_part(std::span<const std::byte> bytes, const std::string& file) {
  if (!as_text(bytes).starts_with(kMagic)) return fail("{}: {}", file, describe_foreign(bytes));
  GgufCursor in(bytes, file);
  (void)in.take(kMagic.size(), [] { return "the magic"; });
  const auto version = in.number<uint32_t>([] { return "the version"; });
  if (!version.ok()) return version.error();
  if (Status status = check_version(in, *version); !status.ok()) return status.error();
  const auto n_tensors = in.number<uint64_t>([] { return "the number of tensors"; });
  if (!n_tensors.ok()) return n_tensors.error();
  const auto n_keys = in.number<uint64_t>([] { return "the number of metadata keys"; });
  if (!n_keys.ok()) return n_keys.error();

  auto metadata = read_gguf_metadata(in, *n_keys);
  if (!metadata.ok()) return metadata.error();
  const auto alignment = read_alignment(in, *metadata);
  if (!alignment.ok()) return alignment.error();
  auto tensors = read_gguf_tensors(in, *n_tensors, *alignment);
  if (!tensors.ok()) return tensors.error();
  return GgufPart{*version, std::move(*metadata), std::move(*tensors)};
}

}  // namespace hob::tensor
