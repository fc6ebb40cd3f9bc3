// Any bytes that the reader takes for a GGUF file: compiling them must end in a Program whose
// weights lie inside those bytes, or in an error.

#include "base/check.h"
#include "model/explain.h"
#include "model/model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hob;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  auto file = tensor::GgufFile::parse(bytes, "fuzz");
  if (!file) return 0;
  auto model = model::compile(std::make_shared<const tensor::GgufFile>(*std::move(file)));
  if (!model) {
    HOB_CHECK(!model.error().message.empty());
    return 0;
  }
  for (const tensor::Tensor& weight : model->program.weights) {
    HOB_CHECK(weight.bytes.data() >= bytes.data() &&
              weight.bytes.data() + weight.bytes.size() <= bytes.data() + bytes.size());
    HOB_CHECK(weight.bytes.size() == weight.bytes_per_row() * weight.n_rows());
  }
  for (const model::Op& op : model->program.ops) HOB_CHECK(!describe(model->program, op).empty());
  return 0;
}
