// From files to Programs: the order of ops, what tensors switch on, and what is refused.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "model/made_file.h"
#include "model/model.h"

namespace hob::model {
namespace {

Model compiled(const MadeFile& file) {
  auto model = compile(file.build());
  if (!model) {
    ADD_FAILURE() << model.error().message;
    return {};
  }
  return *std::move(model);
}

// "rms_norm(h<-x) …" of one layer, weights left out.
std::string flow(const Program& program, int layer) {
  std::string text;
  const auto value = [&](ValueId id) {
    if (id == kNone) return std::string();
    const Value& v = program.values[size_t(id)];
    return v.name + (v.per_logit_row ? "'" : "");
  };
  for (const Op& op : program.ops)
    if (op.layer == layer)
      text += fmt::format("{} {}<{}{}{}; ", name(op.action), value(op.out), value(op.in[0]),
                          op.in[1] == kNone ? "" : ",", value(op.in[1]));
  return text;
}

template <class T>
std::vector<T> all(const Program& program) {
  std::vector<T> found;
  for (const Op& op : program.ops)
    if (const T* action = std::get_if<T>(&op.action)) found.push_back(*action);
  return found;
}

TEST(Compile, Llama) {
  const Model model = compiled(MadeFile());
  EXPECT_EQ(flow(model.program, 0),
            "rms_norm h<x; matmul q<h; matmul k<h; matmul v<h; rope q<q; rope k<k; store_kv <k,v; "
            "attend att<q; matmul h<att; add x<x,h; rms_norm h<x; matmul gate<h; matmul up<h; glu "
            "gate<gate,up; matmul h<gate; add x<x,h; ");
  EXPECT_EQ(flow(model.program, 1),
            "rms_norm h<x; matmul q<h; matmul k<h; matmul v<h; rope q<q; rope k<k; store_kv <k,v; "
            "attend att<q; select_rows att'<att; select_rows x'<x; matmul h'<att'; add x'<x',h'; "
            "rms_norm h'<x'; matmul gate'<h'; matmul up'<h'; glu gate'<gate',up'; matmul h'<gate'; "
            "add x'<x',h'; ");
  EXPECT_EQ(flow(model.program, -1), "embed x<; rms_norm h'<x'; matmul logits'<h'; ");
  EXPECT_EQ(model.program.n_vocab, 5);
  EXPECT_EQ(model.program.n_context, 64);
  EXPECT_TRUE(model.ignored.empty());
  EXPECT_EQ(model.program.caches.size(), 2u);
  ASSERT_EQ(model.program.ropes.size(), 1u);
  EXPECT_EQ(model.program.ropes[0].pairing, RopePairing::adjacent);
  EXPECT_FLOAT_EQ(all<Attend>(model.program)[0].scale, 0.5f);
}

TEST(Compile, OutputTiedToTheEmbedding) {
  MadeFile file;
  file.tensors.erase("output.weight");
  const Model model = compiled(file);
  EXPECT_EQ(all<MatMul>(model.program).back().weight, all<Embed>(model.program)[0].table);
}

TEST(Compile, BiasesAndHeadNormsAreWhereTheTensorsAre) {
  MadeFile file("qwen3");
  for (const char* layer : {"blk.0.", "blk.1."}) {
    file.tensors[layer + std::string("attn_q.bias")] = {{8}};
    file.tensors[layer + std::string("attn_output.bias")] = {{8}};
    file.tensors[layer + std::string("ffn_down.bias")] = {{8}};
    file.tensors[layer + std::string("attn_q_norm.weight")] = {{4}};
    file.tensors[layer + std::string("attn_k_norm.weight")] = {{4}};
  }
  file.tensors["output.bias"] = {{5}};
  const Model model = compiled(file);
  EXPECT_NE(flow(model.program, 0).find("rms_norm q<q; rms_norm k<k; rope q<q; "),
            std::string::npos);
  EXPECT_EQ(all<RmsNorm>(model.program)[1].group, 4);
  const auto products = all<MatMul>(model.program);
  EXPECT_NE(products[0].bias, kNone);  // q
  EXPECT_EQ(products[1].bias, kNone);  // k
  EXPECT_NE(products[3].bias, kNone);  // attention output
  EXPECT_NE(products[6].bias, kNone);  // down
  EXPECT_NE(products.back().bias, kNone);
  EXPECT_EQ(model.program.ropes[0].pairing, RopePairing::halves);
  EXPECT_TRUE(model.ignored.empty());
}

TEST(Compile, FusedQkvBecomesThreeViews) {
  MadeFile file;
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    for (const char* part : {"attn_q.weight", "attn_k.weight", "attn_v.weight"})
      file.tensors.erase(layer + part);
    file.tensors[layer + "attn_qkv.weight"] = {{8, 16}};
    file.tensors[layer + "attn_qkv.bias"] = {{16}};
  }
  const Model model = compiled(file);
  const auto products = all<MatMul>(model.program);
  const auto& weights = model.program.weights;
  const auto& q = weights[size_t(products[0].weight)];
  const auto& k = weights[size_t(products[1].weight)];
  const auto& v = weights[size_t(products[2].weight)];
  EXPECT_EQ(q.n_rows(), 8u);
  EXPECT_EQ(k.n_rows(), 4u);
  EXPECT_EQ(v.n_rows(), 4u);
  EXPECT_EQ(k.bytes.data(), q.bytes.data() + q.bytes.size());
  EXPECT_EQ(v.bytes.data(), k.bytes.data() + k.bytes.size());
  EXPECT_EQ(v.bytes.size(), 4u * 8 * sizeof(float));
  const auto& v_bias = weights[size_t(products[2].bias)];
  EXPECT_EQ(v_bias.shape[0], 4u);
  EXPECT_EQ(v_bias.bytes.data(), weights[size_t(products[0].bias)].bytes.data() + 12 * 4);
  EXPECT_TRUE(model.ignored.empty());
}

TEST(Compile, Gemma2) {
  MadeFile file("gemma2");
  file.keys["gemma2.attention.sliding_window"] = 16u;
  file.tensors.erase("output.weight");
  for (const std::string layer : {"blk.0.", "blk.1."}) {
    file.tensors[layer + "post_attention_norm.weight"] = {{8}};
    file.tensors[layer + "post_ffw_norm.weight"] = {{8}};
  }
  const Model model = compiled(file);
  EXPECT_NE(flow(model.program, 0).find("matmul h<att; rms_norm h<h; add x<x,h; "),
            std::string::npos);
  EXPECT_NE(flow(model.program, 0).find("matmul h<gate; rms_norm h<h; add x<x,h; "),
            std::string::npos);
  EXPECT_EQ(flow(model.program, -1),
            "embed x<; scale x<x; rms_norm h'<x'; matmul logits'<h'; softcap logits'<logits'; ");
  EXPECT_FLOAT_EQ(all<Scale>(model.program)[0].factor, std::sqrt(8.0f));
  EXPECT_EQ(all<Softcap>(model.program)[0].cap, 30);
  const auto attends = all<Attend>(model.program);
  EXPECT_EQ(attends[0].window, 16);
  EXPECT_EQ(attends[1].window, 0);
  EXPECT_EQ(attends[0].softcap, 50);
  EXPECT_EQ(all<Glu>(model.program)[0].activation, Activation::gelu_tanh);
  EXPECT_EQ(model.program.caches[0].window, 16);
}

TEST(Compile, Gemma3TurnsLocalLayersByTheirOwnBase) {
  MadeFile file("gemma3");
  file.keys["gemma3.attention.sliding_window"] = 16u;
  file.keys["gemma3.attention.sliding_window_pattern"] = 2u;
  file.keys["gemma3.rope.freq_base"] = 1e6f;
  file.keys["gemma3.rope.scaling.type"] = std::string("linear");
  file.keys["gemma3.rope.scaling.factor"] = 8.0f;
  const Model model = compiled(file);
  const auto& ropes = model.program.ropes;
  const auto turns = all<Rope>(model.program);
  EXPECT_DOUBLE_EQ(ropes[size_t(turns[0].config)].frequency[1], 0.01);
  EXPECT_DOUBLE_EQ(ropes[size_t(turns[2].config)].frequency[1], 0.001 / 8);
  EXPECT_EQ(all<Attend>(model.program)[0].softcap, 0);
  EXPECT_TRUE(all<Softcap>(model.program).empty());
}

TEST(Compile, LayersMayDifferInTheirSizes) {
  MadeFile file;
  file.keys["llama.attention.head_count"] = std::vector<int32_t>{2, 1};
  file.keys["llama.feed_forward_length"] = std::vector<int32_t>{16, 24};
  file.tensors["blk.1.attn_q.weight"] = {{8, 4}};
  file.tensors["blk.1.attn_output.weight"] = {{4, 8}};
  file.tensors["blk.1.ffn_gate.weight"] = {{8, 24}};
  file.tensors["blk.1.ffn_up.weight"] = {{8, 24}};
  file.tensors["blk.1.ffn_down.weight"] = {{24, 8}};
  const Model model = compiled(file);
  EXPECT_EQ(all<Attend>(model.program)[1].n_head, 1);
  for (const Op& op : model.program.ops)
    if (const auto* product = std::get_if<MatMul>(&op.action)) {
      const auto& weight = model.program.weights[size_t(product->weight)];
      EXPECT_EQ(int64_t(weight.n_rows()), model.program.values[size_t(op.out)].width);
      EXPECT_EQ(int64_t(weight.row_length()), model.program.values[size_t(op.in[0])].width);
    }
}

TEST(Compile, TensorsThatNoOpUsesAreNamed) {
  MadeFile file;
  file.tensors["extra.weight"] = {{8}};
  file.tensors["blk.0.attn_rot_embd.weight"] = {{2}};
  file.tensors["blk.2.attn_norm.weight"] = {{8}};
  EXPECT_EQ(compiled(file).ignored,
            (std::vector<std::string>{"blk.0.attn_rot_embd.weight", "blk.2.attn_norm.weight",
                                      "extra.weight"}));
}

struct Refusal {
  std::string name;
  std::function<void(MadeFile&)> change;
  std::string mentions;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithASentence) {
  MadeFile file;
  GetParam().change(file);
  auto model = compile(file.build());
  ASSERT_FALSE(model);
  EXPECT_NE(model.error().message.find(GetParam().mentions), std::string::npos)
      << model.error().message;
  EXPECT_TRUE(model.error().message.starts_with("made.gguf: ")) << model.error().message;
}

template <class T>
std::function<void(MadeFile&)> key(std::string key, T value) {
  return [=](MadeFile& f) { f.keys[key] = value; };
}
std::function<void(MadeFile&)> tensor(std::string name, std::vector<uint64_t> shape,
                                      tensor::Format format = tensor::Format::f32, float fill = 1) {
  return [=](MadeFile& f) { f.tensors[name] = {shape, format, fill}; };
}

INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        Refusal{"near", key("general.architecture", std::string("lama")), "nearest"},
        Refusal{"far", key("general.architecture", std::string("zebra")),
                "gemma2, gemma3, llama, qwen2, qwen3"},
        Refusal{"adapter", key("general.type", std::string("adapter")), "adapter"},
        Refusal{"experts", key("llama.expert_count", 8u), "mixture of experts"},
        Refusal{"encoder", key("llama.attention.causal", false), "both directions"},
        Refusal{"alibi", key("llama.attention.max_alibi_bias", 8.0f), "ALiBi"},
        Refusal{"longrope", key("llama.rope.scaling.type", std::string("longrope")), "longrope"},
        Refusal{"vocabulary", [](MadeFile& f) { f.keys.erase("tokenizer.ggml.tokens"); },
                "tokenizer.ggml.tokens is missing"},
        Refusal{"few tokens", key("tokenizer.ggml.tokens", std::vector<std::string>{"a", "b"}),
                "2 entries"},
        Refusal{"few types", key("tokenizer.ggml.token_type", std::vector<int32_t>{1}),
                "1 entries"},
        Refusal{"few scores", key("tokenizer.ggml.scores", std::vector<float>{1}), "1 entries"},
        Refusal{"missing", [](MadeFile& f) { f.tensors.erase("blk.1.ffn_up.weight"); },
                "blk.1.ffn_up.weight is missing; it should have the shape [8, 16]"},
        Refusal{"no embedding", [](MadeFile& f) { f.tensors.erase("token_embd.weight"); },
                "token_embd.weight is missing"},
        Refusal{"shape", tensor("blk.0.ffn_down.weight", {16, 4}),
                "has the shape [16, 4], but the metadata asks for [16, 8]"},
        Refusal{"third dimension", tensor("blk.0.attn_q.weight", {8, 8, 2}), "[8, 8, 2]"},
        Refusal{"norm as f16", tensor("output_norm.weight", {8}, tensor::Format::f16), "F32 only"},
        Refusal{"integers", tensor("blk.0.attn_q.weight", {8, 8}, tensor::Format::i32),
                "cannot compute with"},
        Refusal{"unknown part", tensor("blk.0.attn_sinks.weight", {2}), "blk.0.attn_sinks.weight"},
        Refusal{"rope divisors", tensor("rope_freqs.weight", {2}, tensor::Format::f32, 0.0f),
                "rope_freqs.weight holds 0"},
        Refusal{"rope divisors count", tensor("rope_freqs.weight", {5}), "[2]"}));

// Broken files made for the reader and for what is read: none may be taken for a model that are
// marked so.
TEST(Compile, MalformedFiles) {
  const std::filesystem::path folder = HOB_SHARED_DIR "/malformed/gguf-mutations/dev";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not here";
  int n_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".gguf") continue;
    ++n_files;
    auto file = tensor::GgufFile::open(entry.path().string());
    if (!file) continue;
    auto model = compile(std::make_shared<const tensor::GgufFile>(*std::move(file)));
    if (name == "ok-base.gguf") {
      EXPECT_TRUE(model) << model.error().message;
    }
    for (const char* refused :
         {"meta-arch-int", "meta-embd-0", "meta-embd-64", "meta-heads-0", "meta-heads-5",
          "meta-layers-huge", "meta-no-tokens", "meta-rope-dim-64", "meta-types-short",
          "meta-vocab-smaller-than-embd", "ntensors-zero", "meta-layers-0", "meta-eps-nan"})
      if (name == std::string(refused) + ".gguf") {
        EXPECT_FALSE(model) << name;
        if (!model) RecordProperty(name, model.error().message);
      }
  }
  EXPECT_GT(n_files, 50);
}

}  // namespace
}  // namespace hob::model
