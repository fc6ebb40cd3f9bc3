// Any bytes: they are refused with an error, or everything in the file can be read, and written
// again to a file that says the same.
#include <algorithm>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "base/utf8.h"
#include "tensor/gguf.h"
#include "tensor/gguf_writer.h"
#include "tensor/quoted.h"

using namespace hob;
using namespace hob::tensor;

namespace {

size_t walk_array(const Array& array) {
  if (array.element == ValueType::string) {
    size_t n_bytes = 0;
    for (std::string_view text : array.strings()) n_bytes += quoted(text).size();
    return n_bytes;
  }
  size_t n = array.numbers().size() + array.floats().size();
  if (array.element != ValueType::f32 && array.element != ValueType::f64)
    n += array.integers().size();
  return n;
}

size_t walk_metadata(const Metadata& metadata) {
  size_t n = 0;
  for (const auto& entry : metadata.entries()) {
    HOB_CHECK(metadata.find(entry.key) == &entry.value);
    HOB_CHECK(is_valid_utf8(quoted(entry.key)));
    n += metadata.unsigned_integer(entry.key).ok() + metadata.number(entry.key).ok() +
         metadata.boolean(entry.key).ok() + metadata.string(entry.key).ok() +
         metadata.numbers(entry.key, 4).ok() + metadata.array(entry.key, ValueType::i32).ok();
    if (const auto* array = std::get_if<Array>(&entry.value.data)) n += walk_array(*array);
  }
  return n;
}

size_t walk_tensors(const GgufFile& file, std::span<const std::byte> bytes) {
  size_t sum = 0;
  for (const Tensor& t : file.tensors()) {
    HOB_CHECK(file.find(t.name) == &t);
    HOB_CHECK(t.n_elements() > 0 && t.bytes.size() == t.bytes_per_row() * t.n_rows());
    HOB_CHECK(t.bytes.data() >= bytes.data() &&
              t.bytes.data() + t.bytes.size() <= bytes.data() + bytes.size());
    sum += static_cast<size_t>(t.bytes.front()) + static_cast<size_t>(t.bytes.back()) +
           static_cast<size_t>(*t.row(t.n_rows() - 1));
  }
  return sum;
}

void write_again(const GgufFile& file) {
  GgufWriter writer;
  std::vector<std::span<const std::byte>> data;
  for (const auto& entry : file.metadata().entries()) writer.add(entry.key, entry.value);
  for (const Tensor& t : file.tensors()) {
    writer.add_tensor(std::string(t.name), t.format, {t.shape.begin(), t.shape.begin() + t.n_dims});
    data.push_back(t.bytes);
  }
  const auto bytes = writer.to_bytes(data);
  const auto again = GgufFile::parse(bytes, "again.gguf");
  HOB_CHECK(again.ok(), "{}", again.error().message);
  HOB_CHECK(again->metadata().entries().size() == file.metadata().entries().size());
  HOB_CHECK(again->tensors().size() == file.tensors().size());
  for (size_t i = 0; i < file.tensors().size(); ++i) {
    const Tensor& before = file.tensors()[i];
    const Tensor& after = again->tensors()[i];
    HOB_CHECK(before.name == after.name && before.shape == after.shape &&
              before.format == after.format && std::ranges::equal(before.bytes, after.bytes));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto file = GgufFile::parse(bytes, "fuzz.gguf");
  if (!file.ok()) {
    HOB_CHECK(file.error().message.starts_with("fuzz.gguf: "), "{}", file.error().message);
    HOB_CHECK(is_valid_utf8(file.error().message));
    HOB_CHECK(file.error().message.size() < 600, "{}", file.error().message);
    return 0;
  }
  volatile size_t sink = walk_metadata(file->metadata()) + walk_tensors(*file, bytes);
  (void)sink;
  write_again(*file);
  return 0;
}
