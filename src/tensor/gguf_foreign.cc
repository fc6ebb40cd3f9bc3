#include "tensor/gguf_foreign.h"

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

struct Beginning {
  std::string_view bytes;
  std::string_view meaning;
};

constexpr Beginning kBeginnings[] = {
    {"FUGG",
     "is a GGUF file with swapped bytes (big-endian), which is not supported; get the "
     "little-endian file"},
    {"GGML",
     "is a GGML file, the format before GGUF, which is not supported; get a GGUF version "
     "of the model"},
    {"lmgg",
     "is a GGML file, the format before GGUF, which is not supported; get a GGUF version "
     "of the model"},
    {"fmgg",
     "is a GGMF file, a format before GGUF, which is not supported; get a GGUF version of "
     "the model"},
    {"tjgg",
     "is a GGJT file, a format before GGUF, which is not supported; get a GGUF version of "
     "the model"},
    {"algg",
     "is a GGLA adapter, a format before GGUF, which is not supported; get a GGUF version "
     "of the adapter"},
    {"PK\x03\x04",
     "is a zip archive (maybe PyTorch weights), not a GGUF file; convert the model "
     "to GGUF first"},
    {"\x1f\x8b", "is compressed with gzip; unpack it first"},
    {"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first"},
    {"version https://git-lfs",
     "is a Git LFS pointer, not the model itself; run 'git lfs pull' or "
     "download the file"},
    {"<!DOCTYPE", "is a web page, not a model; the download link was wrong or needed a login"},
    {"<!doctype", "is a web page, not a model; the download link was wrong or needed a login"},
    {"<html", "is a web page, not a model; the download link was wrong or needed a login"},
};

// u64 length of a JSON header, then the header.
bool is_safetensors(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const auto length = in.number<uint64_t>();
  return length && *length >= 2 && *length <= in.remaining() && as_text(*in.take(1)) == "{";
}

}  // namespace

std::string describe_foreign(std::span<const std::byte> bytes) {
  if (bytes.empty()) return "is empty (0 bytes); download it again";
  const std::string_view text = as_text(bytes);
  for (const Beginning& b : kBeginnings)
    if (text.starts_with(b.bytes)) return std::string(b.meaning);
  if (is_safetensors(bytes))
    return "is a safetensors file, not a GGUF file; convert the model to GGUF first";
  if (text.size() < 4)
    return fmt::format(
        "has only {} bytes, but a GGUF file has at least 24; it is truncated, "
        "download it again",
        text.size());
  return fmt::format("is not a GGUF file: it begins with {}, not with 'GGUF'",
                     quoted(text.substr(0, 4)));
}

}  // namespace hob::tensor
