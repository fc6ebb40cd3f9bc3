// See explain.h.

#include "model/explain.h"

#include <fmt/format.h>

#include <algorithm>

namespace hob::model {

namespace {

constexpr double kFloat = sizeof(float), kHalf = 2;

// Keys that the tokens of the batch look at, summed over them.
double keys_read(int64_t window, int64_t n_tokens, int64_t depth) {
  double sum = 0;
  for (int64_t t = 0; t < n_tokens; ++t) {
    const int64_t earlier = depth + t + 1;
    sum += double(window == 0 ? earlier : std::min(window, earlier));
  }
  return sum;
}

struct Coster {
  const Program& program;
  const Op& op;
  int64_t n_tokens, depth;

  double rows(ValueId id) const {
    return program.values[size_t(id)].per_logit_row ? 1 : double(n_tokens);
  }
  // Floats in all rows of a value.
  double size(ValueId id) const {
    return id == kNone ? 0 : rows(id) * double(program.values[size_t(id)].width);
  }
  double moved() const { return kFloat * (size(op.in[0]) + size(op.in[1]) + size(op.out)); }
  OpCost elementwise(double flops_each) const { return {moved(), flops_each * size(op.out)}; }

  OpCost operator()(const Embed& a) const {
    const auto& table = program.weights[size_t(a.table)];
    return {moved() + double(n_tokens) * double(table.bytes_per_row()), size(op.out)};
  }
  OpCost operator()(const RmsNorm& a) const {
    return {moved() + kFloat * double(a.group), 4 * size(op.out)};
  }
  OpCost operator()(const MatMul& a) const {
    const auto& weight = program.weights[size_t(a.weight)];
    const double bias = a.bias == kNone ? 0 : kFloat * double(weight.n_rows());
    return {moved() + double(weight.bytes.size()) + bias,
            2 * double(weight.n_elements()) * rows(op.out)};
  }
  OpCost operator()(const Rope& a) const {
    const double turned = double(program.ropes[size_t(a.config)].n_rot * a.n_head) * rows(op.out);
    return {moved(), 3 * turned};
  }
  OpCost operator()(const StoreKv&) const {
    return {(kFloat + kHalf) * (size(op.in[0]) + size(op.in[1])), 0};
  }
  OpCost operator()(const Attend& a) const {
    const double keys = keys_read(a.window, n_tokens, depth);
    const double both = double(a.head_dim_k + a.head_dim_v);
    // The tokens of a batch share their keys; the longest look decides what is read.
    const double span = double(depth + n_tokens);
    const double cached = a.window == 0 ? span : std::min(span, double(a.window + n_tokens - 1));
    return {moved() + kHalf * cached * double(a.n_head_kv) * both,
            2 * keys * double(a.n_head) * both};
  }
  OpCost operator()(const Glu&) const { return elementwise(5); }
  OpCost operator()(const Add&) const { return elementwise(1); }
  OpCost operator()(const Scale&) const { return elementwise(1); }
  OpCost operator()(const Softcap&) const { return elementwise(3); }
  OpCost operator()(const SelectRows&) const { return {2 * kFloat * size(op.out), 0}; }
};

std::string weight_text(const Program& program, WeightId id) {
  const tensor::Tensor& w = program.weights[size_t(id)];
  return w.n_dims < 2 ? fmt::format("{} {}[{}]", w.name, tensor::info(w.format).name, w.shape[0])
                      : fmt::format("{} {}[{}, {}]", w.name, tensor::info(w.format).name,
                                    w.shape[0], w.shape[1]);
}

// What makes this op differ from others of its kind.
struct Detail {
  const Program& program;

  std::string operator()(const Embed& a) const { return weight_text(program, a.table); }
  std::string operator()(const RmsNorm& a) const { return weight_text(program, a.weight); }
  std::string operator()(const MatMul& a) const {
    return weight_text(program, a.weight) + (a.bias == kNone ? "" : " + bias");
  }
  std::string operator()(const Rope& a) const {
    const RopeConfig& rope = program.ropes[size_t(a.config)];
    return fmt::format("{} heads, {} of {} dims, {}", a.n_head, rope.n_rot, a.head_dim,
                       rope.pairing == RopePairing::adjacent ? "adjacent pairs" : "halves");
  }
  std::string operator()(const StoreKv& a) const {
    return fmt::format("cache {}, {} heads of {}", a.cache, a.n_head_kv, a.head_dim_k);
  }
  std::string operator()(const Attend& a) const {
    std::string text = fmt::format("cache {}, {} heads on {}, scale {:.4g}", a.cache, a.n_head,
                                   a.n_head_kv, a.scale);
    if (a.softcap != 0) text += fmt::format(", softcap {:g}", a.softcap);
    if (a.window != 0) text += fmt::format(", window {}", a.window);
    return text;
  }
  std::string operator()(const Glu& a) const {
    return a.activation == Activation::silu ? "silu" : "gelu";
  }
  std::string operator()(const Add&) const { return ""; }
  std::string operator()(const Scale& a) const { return fmt::format("by {:.4g}", a.factor); }
  std::string operator()(const Softcap& a) const { return fmt::format("at {:g}", a.cap); }
  std::string operator()(const SelectRows&) const { return "those whose logits are wanted"; }
};

std::string value_text(const Program& program, ValueId id) {
  return id == kNone ? "" : program.values[size_t(id)].name;
}

std::string with_unit(double count, std::string_view unit) {
  if (count >= 1e9) return fmt::format("{:.2f} G{}", count / 1e9, unit);
  if (count >= 1e6) return fmt::format("{:.2f} M{}", count / 1e6, unit);
  if (count >= 1e3) return fmt::format("{:.1f} k{}", count / 1e3, unit);
  return fmt::format("{:.0f} {}", count, unit);
}

}  // namespace

OpCost op_cost(const Program& program, const Op& op, int64_t n_tokens, int64_t depth) {
  return std::visit(Coster{program, op, n_tokens, depth}, op.action);
}

std::string describe(const Program& program, const Op& op) {
  const auto index = &op - program.ops.data();
  const std::string layer = op.layer < 0 ? "-" : fmt::format("{}", op.layer);
  std::string flow = value_text(program, op.in[0]);
  if (op.in[1] != kNone) flow += ", " + value_text(program, op.in[1]);
  if (op.out != kNone)
    flow += fmt::format("{}-> {}[{}]", flow.empty() ? "" : " ", value_text(program, op.out),
                        program.values[size_t(op.out)].width);
  const OpCost cost = op_cost(program, op, 1, 0);
  return fmt::format("{:>4} {:>3} {:<11} {:<24} {:<52} {:>10} {:>12}", index, layer,
                     name(op.action), flow, std::visit(Detail{program}, op.action),
                     with_unit(cost.bytes, "B"), with_unit(cost.flops, "flop"));
}

}  // namespace hob::model
