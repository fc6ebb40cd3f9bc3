// See rows.h.

#include "forge/synth/rows.h"

#include "tensor/quant/convert.h"

namespace hob::forge {

namespace {

constexpr uint64_t kPoolPieces = 1024;  // a power of two
constexpr uint64_t kBufferBytes = uint64_t{1} << 20;

void append_packed(tensor::Format format, int64_t n, float deviation, Random& random,
                   std::vector<std::byte>& out) {
  std::vector<float> values(size_t(n), 0.0f);
  for (float& value : values) value = deviation * random.normal();
  const size_t at = out.size();
  out.resize(at + tensor::row_bytes(format, uint64_t(n)));
  tensor::quantize_row(format, values.data(), uint64_t(n), out.data() + at);
}

}  // namespace

std::span<const std::byte> RandomRows::pool(tensor::Format format, float deviation, int64_t piece) {
  std::vector<std::byte>& bytes = pools_[{format, piece, deviation}];
  Random random(seed_, "rows");  // the same values in every format
  if (bytes.empty())
    for (uint64_t i = 0; i < kPoolPieces; ++i)
      append_packed(format, piece, deviation, random, bytes);
  return bytes;
}

Status RandomRows::emit(tensor::Format format, int64_t row_length, int64_t n_rows, float deviation,
                        Random& random, const Sink& sink) {
  const int64_t piece = row_length % 256 == 0 ? 256 : 32;
  const uint64_t n_pieces = uint64_t(row_length / piece) * uint64_t(n_rows);
  const uint64_t piece_bytes = tensor::row_bytes(format, uint64_t(piece));
  const std::span<const std::byte> pieces = pool(format, deviation, piece);
  // A small tensor gets every piece once at most, so that no two of its rows are the same (and no
  // two tokens have the same logit). An odd stride visits all.
  const bool all_differ = n_pieces <= kPoolPieces;
  const uint64_t start = random.bits(), stride = random.bits() | 1;

  std::vector<std::byte> buffer;
  buffer.reserve(kBufferBytes + piece_bytes);
  for (uint64_t i = 0; i < n_pieces; ++i) {
    const uint64_t chosen = all_differ ? start + i * stride : random.bits() >> 32;
    const auto bytes = pieces.subspan(chosen % kPoolPieces * piece_bytes, piece_bytes);
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
    if (buffer.size() < kBufferBytes && i + 1 < n_pieces) continue;
    if (Status written = sink(buffer); !written) return written;
    buffer.clear();
  }
  return {};
}

}  // namespace hob::forge
