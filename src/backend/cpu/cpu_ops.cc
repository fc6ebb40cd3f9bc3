// What each op does on the CPU: how its outputs are split into pieces, and which kernel makes one.
#include <algorithm>
#include <cstring>

#include "backend/cpu/cpu_backend.h"
#include "tensor/quant/convert.h"

namespace hob::backend {
namespace {

// Floats that one thread should have at least, where an op does little with each: waking another
// costs as much as some thousand additions.
constexpr int64_t kWorth = 8192;

int64_t grain_of(int64_t width) {
  return std::max<int64_t>(1, kWorth / width);
}

// 0, n-1, 1, n-2, …: an even split of these has as many early tokens, with few keys, as late ones.
int64_t folded(int64_t i, int64_t n) {
  return i % 2 == 0 ? i / 2 : n - 1 - i / 2;
}

}  // namespace

void CpuBackend::execute(const model::Op& op, const model::Embed& embed) {
  const tensor::Tensor& table = program_.weights[static_cast<size_t>(embed.table)];
  const int64_t width = this->width(op.out);
  float* out = values_.of(op.out);
  threads_.parallel_for(rows(op.out), grain_of(width), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; ++t) {
      const auto token = static_cast<uint64_t>(batch_->tokens[static_cast<size_t>(t)]);
      tensor::dequantize_row(table.format, table.row(token), table.row_length(), out + t * width);
    }
  });
}

void CpuBackend::execute(const model::Op& op, const model::RmsNorm& norm) {
  const tensor::Tensor& tensor = program_.weights[static_cast<size_t>(norm.weight)];
  const auto* weight = reinterpret_cast<const float*>(tensor.bytes.data());
  const float* in = values_.of(op.in[0]);
  float* out = values_.of(op.out);
  const int64_t n = rows(op.out) * (width(op.out) / norm.group);
  threads_.parallel_for(n, grain_of(norm.group), [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i)
      kernels_.rms_norm(in + i * norm.group, weight, norm.eps, norm.group, out + i * norm.group);
  });
}

// q, k and v read the same value, gate and up too: it is prepared once for neighbours of one
// format.
void CpuBackend::prepare(model::ValueId in, const tensor::Tensor& weight, int64_t cols) {
  if (prepared_value_ == in && prepared_format_ == weight.format) return;
  const auto k = static_cast<int64_t>(weight.row_length());
  const float* x = values_.of(in);
  threads_.parallel_for(cols, grain_of(k), [&](int64_t begin, int64_t end, int) {
    kernels_.prepare(weight.format, x, k, k, cols, prepared_.bytes().data(), begin, end);
  });
  prepared_value_ = in;
  prepared_format_ = weight.format;
}

void CpuBackend::execute(const model::Op& op, const model::MatMul& matmul) {
  const int64_t cols = rows(op.out);
  if (cols == 0) return;
  const tensor::Tensor& weight = program_.weights[static_cast<size_t>(matmul.weight)];
  prepare(op.in[0], weight, cols);
  const float* bias = nullptr;
  if (matmul.bias != model::kNone)
    bias = reinterpret_cast<const float*>(
        program_.weights[static_cast<size_t>(matmul.bias)].bytes.data());
  const kernel::MatMulArgs args{.format = weight.format,
                                .weights = weight.bytes.data(),
                                .weight_row_bytes = weight.bytes_per_row(),
                                .rows = static_cast<int64_t>(weight.n_rows()),
                                .k = static_cast<int64_t>(weight.row_length()),
                                .cols = cols,
                                .prepared = prepared_.bytes().data(),
                                .bias = bias,
                                .out = values_.of(op.out),
                                .out_stride = width(op.out)};
  threads_.parallel_for(args.rows, kernel::kRowGrain, [&](int64_t begin, int64_t end, int thread) {
    kernels_.matmul(args, begin, end, scratch(thread));
  });
}

void CpuBackend::execute(const model::Op& op, const model::Rope& rope) {
  const model::RopeConfig& config = program_.ropes[static_cast<size_t>(rope.config)];
  const int64_t width = this->width(op.out);
  const float* in = values_.of(op.in[0]);
  float* out = values_.of(op.out);
  threads_.parallel_for(rows(op.out), grain_of(width), [&](int64_t begin, int64_t end, int) {
    if (in != out) std::copy(in + begin * width, in + end * width, out + begin * width);
    for (int64_t row = begin; row < end; ++row) {
      const int64_t token = token_of(op.out, row);
      kernels_.rope(out + row * width, rope.n_head, rope.head_dim, config.n_rot,
                    config.pairing == model::RopePairing::adjacent, ropes_.cos(rope.config, token),
                    ropes_.sin(rope.config, token));
    }
  });
}

void CpuBackend::execute(const model::Op& op, const model::StoreKv& store) {
  const float* keys = values_.of(op.in[0]);
  const float* values = values_.of(op.in[1]);
  const int64_t n = rows(op.in[0]);
  auto store_one = [&](int64_t token, int64_t head, int thread) {
    const auto t = static_cast<size_t>(token);
    const int64_t position = batch_->positions[t];
    const auto& pages = batch_->page_tables[static_cast<size_t>(batch_->sequence[t])];
    const int64_t page = kv_.page_stride() * pages[static_cast<size_t>(position / kPageTokens)];
    const int64_t slot = position % kPageTokens;
    auto* halves = reinterpret_cast<uint16_t*>(scratch(thread));
    kernels_.to_f16(keys + (token * store.n_head_kv + head) * store.head_dim_k, store.head_dim_k,
                    halves);
    uint16_t* to = kv_.keys(store.cache, head) + page + slot;
    for (int64_t d = 0; d < store.head_dim_k; ++d) to[d * kPageTokens] = halves[d];
    kernels_.to_f16(values + (token * store.n_head_kv + head) * store.head_dim_v, store.head_dim_v,
                    kv_.values(store.cache, head) + page + slot * store.head_dim_v);
  };
  // Head by head, so that threads write to different cache lines.
  threads_.parallel_for(n * store.n_head_kv, grain_of(4 * store.head_dim_k),
                        [&](int64_t begin, int64_t end, int thread) {
                          for (int64_t i = begin; i < end; ++i) store_one(i % n, i / n, thread);
                        });
}

void CpuBackend::attend_one(const model::Op& op, const model::Attend& attend, int64_t row,
                            int64_t head, int thread) {
  const auto token = static_cast<size_t>(token_of(op.out, row));
  const int64_t position = batch_->positions[token];
  const int64_t group = attend.n_head / attend.n_head_kv;
  const int64_t first_query = row * attend.n_head + head * group;
  const kernel::Kernels::AttendArgs args{
      .q = values_.of(op.in[0]) + first_query * attend.head_dim_k,
      .out = values_.of(op.out) + first_query * attend.head_dim_v,
      .group = group,
      .head_dim_k = attend.head_dim_k,
      .head_dim_v = attend.head_dim_v,
      .keys = kv_.keys(attend.cache, head),
      .values = kv_.values(attend.cache, head),
      .page_stride = kv_.page_stride(),
      .pages = batch_->page_tables[static_cast<size_t>(batch_->sequence[token])].data(),
      .first = attend.window > 0 ? std::max<int64_t>(0, position - attend.window + 1) : 0,
      .last = position,
      .scale = attend.scale,
      .softcap = attend.softcap};
  kernels_.attend(args, scratch(thread));
}

void CpuBackend::execute(const model::Op& op, const model::Attend& attend) {
  const int64_t n = rows(op.out);
  // Head by head, so that a thread finds the keys of one head in its cache for all tokens.
  threads_.parallel_for(n * attend.n_head_kv, 1, [&](int64_t begin, int64_t end, int thread) {
    for (int64_t i = begin; i < end; ++i) attend_one(op, attend, folded(i % n, n), i / n, thread);
  });
}

void CpuBackend::execute(const model::Op& op, const model::Glu& glu) {
  const float* gate = values_.of(op.in[0]);
  const float* up = values_.of(op.in[1]);
  float* out = values_.of(op.out);
  const bool gelu = glu.activation == model::Activation::gelu_tanh;
  threads_.parallel_for(rows(op.out) * width(op.out), kWorth / 2,
                        [&](int64_t begin, int64_t end, int) {
                          kernels_.glu(gelu, gate + begin, up + begin, end - begin, out + begin);
                        });
}

void CpuBackend::execute(const model::Op& op, const model::Add&) {
  const float* a = values_.of(op.in[0]);
  const float* b = values_.of(op.in[1]);
  float* out = values_.of(op.out);
  threads_.parallel_for(rows(op.out) * width(op.out), kWorth, [&](int64_t begin, int64_t end, int) {
    kernels_.add(a + begin, b + begin, end - begin, out + begin);
  });
}

void CpuBackend::execute(const model::Op& op, const model::Scale& scale) {
  const float* in = values_.of(op.in[0]);
  float* out = values_.of(op.out);
  threads_.parallel_for(rows(op.out) * width(op.out), kWorth, [&](int64_t begin, int64_t end, int) {
    kernels_.scale(in + begin, scale.factor, end - begin, out + begin);
  });
}

void CpuBackend::execute(const model::Op& op, const model::Softcap& softcap) {
  const float* in = values_.of(op.in[0]);
  float* out = values_.of(op.out);
  threads_.parallel_for(rows(op.out) * width(op.out), kWorth / 2,
                        [&](int64_t begin, int64_t end, int) {
                          kernels_.softcap(in + begin, softcap.cap, end - begin, out + begin);
                        });
}

void CpuBackend::execute(const model::Op& op, const model::SelectRows&) {
  const int64_t width = this->width(op.out);
  const float* in = values_.of(op.in[0]);
  float* out = values_.of(op.out);
  for (int64_t row = 0; row < rows(op.out); ++row)
    std::memcpy(out + row * width, in + token_of(op.out, row) * width,
                static_cast<size_t>(width) * sizeof(float));
}

}  // namespace hob::backend
