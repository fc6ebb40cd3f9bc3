// Hyper-parameters: what is read, what is assumed, and that every number without sense is refused
// by name.

#include "model/hparams.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "model/made_file.h"

namespace hob::model {
namespace {

TEST(Hparams, ReadsWhatIsThereAndAssumesTheRest) {
  auto h = read_hparams(*MadeFile().build());
  ASSERT_TRUE(h) << h.error().message;
  EXPECT_EQ(h->n_layer, 2);
  EXPECT_EQ(h->n_vocab, 5);
  EXPECT_EQ(h->head_dim_k, 4);
  EXPECT_EQ(h->head_dim_v, 4);
  EXPECT_EQ(h->n_rot, 4);
  EXPECT_EQ(h->n_head_kv, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(h->n_ff, (std::vector<int64_t>{16, 16}));
  EXPECT_EQ(h->rope_base, 10000);
  EXPECT_EQ(h->rope_scaling, "none");
  EXPECT_EQ(h->rope_original_context, 64);
  EXPECT_EQ(h->window, 0);
  EXPECT_EQ(h->attn_softcap, 0);
}

TEST(Hparams, HeadsMayBeWiderThanTheirShare) {
  MadeFile file;
  file.keys["llama.attention.key_length"] = 16u;
  file.keys["llama.attention.value_length"] = 6u;
  auto h = read_hparams(*file.build());
  ASSERT_TRUE(h) << h.error().message;
  EXPECT_EQ(h->head_dim_k, 16);
  EXPECT_EQ(h->head_dim_v, 6);
  EXPECT_EQ(h->n_rot, 16);
}

TEST(Hparams, ListsHaveOneValueForEachLayer) {
  MadeFile file;
  file.keys["llama.attention.head_count"] = std::vector<int32_t>{2, 4};
  file.keys["llama.attention.head_count_kv"] = std::vector<int32_t>{1, 2};
  file.keys["llama.feed_forward_length"] = std::vector<int32_t>{16, 32};
  auto h = read_hparams(*file.build());
  ASSERT_TRUE(h) << h.error().message;
  EXPECT_EQ(h->n_head, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(h->n_head_kv, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(h->n_ff, (std::vector<int64_t>{16, 32}));
}

TEST(Hparams, AFactorWithoutATypeIsLinear) {
  MadeFile file;
  file.keys["llama.rope.scaling.factor"] = 4.0f;
  EXPECT_EQ(read_hparams(*file.build())->rope_scaling, "linear");
  MadeFile old;
  old.keys["llama.rope.scale_linear"] = 2.0f;
  EXPECT_EQ(read_hparams(*old.build())->rope_factor, 2);
}

TEST(Hparams, WindowPatternIsAPeriodOrFlags) {
  MadeFile file("gemma3");
  file.keys["gemma3.attention.sliding_window"] = 16u;
  file.keys["gemma3.attention.sliding_window_pattern"] = 2u;
  EXPECT_EQ(read_hparams(*file.build())->local, (std::vector<uint8_t>{1, 0}));
  file.keys["gemma3.attention.sliding_window_pattern"] = std::vector<int32_t>{0, 1};
  EXPECT_EQ(read_hparams(*file.build())->local, (std::vector<uint8_t>{0, 1}));
}

TEST(Hparams, ASpecSpeaksWhereTheFileIsSilent) {
  MadeFile file("gemma2");
  auto silent = read_hparams(*file.build());
  EXPECT_EQ(silent->window, 4096);
  EXPECT_EQ(silent->attn_softcap, 50);
  EXPECT_EQ(silent->final_softcap, 30);
  file.keys["gemma2.attention.sliding_window"] = 0u;
  file.keys["gemma2.attn_logit_softcapping"] = 0.0f;
  auto explicit_none = read_hparams(*file.build());
  ASSERT_TRUE(explicit_none) << explicit_none.error().message;
  EXPECT_EQ(explicit_none->window, 0);
  EXPECT_EQ(explicit_none->attn_softcap, 0);
}

struct Bad {
  std::string name;
  std::function<void(MadeFile&)> change;
  std::vector<std::string> mentions;
};
void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

template <class T>
Bad with(std::string key, T value, std::vector<std::string> also = {}) {
  also.push_back(key);
  return {key, [key, value](MadeFile& f) { f.keys[key] = value; }, std::move(also)};
}
Bad without(std::string key) {
  return {key, [key](MadeFile& f) { f.keys.erase(key); }, {key, "missing"}};
}

class BadHparams : public testing::TestWithParam<Bad> {};

TEST_P(BadHparams, IsRefusedByName) {
  MadeFile file;
  GetParam().change(file);
  auto h = read_hparams(*file.build());
  ASSERT_FALSE(h);
  for (const std::string& word : GetParam().mentions)
    EXPECT_NE(h.error().message.find(word), std::string::npos) << h.error().message;
  EXPECT_TRUE(h.error().message.starts_with("made.gguf: ")) << h.error().message;
}

const float kNan = std::numeric_limits<float>::quiet_NaN();
const float kInf = std::numeric_limits<float>::infinity();

INSTANTIATE_TEST_SUITE_P(
    All, BadHparams,
    testing::Values(
        without("general.architecture"), without("llama.block_count"),
        without("llama.embedding_length"), without("llama.context_length"),
        without("llama.feed_forward_length"), without("llama.attention.head_count"),
        without("llama.attention.layer_norm_rms_epsilon"), with("general.architecture", 7u),
        with("general.architecture", std::string("ll\nama")), with("llama.block_count", 0u),
        with("llama.block_count", 513u, {"512"}), with("llama.block_count", 0xFFFFFFFFu),
        with("llama.block_count", -1), with("llama.block_count", std::string("two")),
        with("llama.embedding_length", 0u), with("llama.embedding_length", 0x7FFFFFFFu),
        with("llama.context_length", 0u), with("llama.feed_forward_length", 0u),
        with("llama.feed_forward_length", std::vector<int32_t>{16}, {"1 values for 2 layers"}),
        with("llama.feed_forward_length", std::vector<int32_t>{16, -16}, {"layer 1"}),
        with("llama.attention.head_count", 0u), with("llama.attention.head_count", 3u, {"8"}),
        with("llama.attention.head_count", std::vector<int32_t>{2, 2, 2}, {"3 values"}),
        with("llama.attention.head_count_kv", 0u),
        with("llama.attention.head_count_kv", 3u, {"multiple"}),
        with("llama.attention.head_count_kv", std::vector<int32_t>{1, 0}, {"layer 1"}),
        with("llama.attention.key_length", 0u), with("llama.attention.key_length", 1u << 20),
        with("llama.attention.value_length", 0u),
        with("llama.attention.layer_norm_rms_epsilon", 0.0f),
        with("llama.attention.layer_norm_rms_epsilon", -1e-5f),
        with("llama.attention.layer_norm_rms_epsilon", kNan),
        with("llama.attention.layer_norm_rms_epsilon", kInf),
        with("llama.rope.dimension_count", 64u, {"4"}),
        with("llama.rope.dimension_count", 3u, {"even"}), with("llama.rope.dimension_count", 0u),
        with("llama.rope.freq_base", 0.0f), with("llama.rope.freq_base", kNan),
        with("llama.rope.freq_base", -10000.0f), with("llama.rope.scaling.factor", 0.0f),
        with("llama.rope.scaling.factor", kInf),
        with("llama.rope.scaling.type", std::string("cubic")),
        with("llama.rope.scaling.attn_factor", kNan),
        with("llama.attention.sliding_window_pattern", std::vector<int32_t>{1, 0, 1},
             {"2 layers", "3 values"}),
        with("llama.attention.scale", kNan), with("llama.final_logit_softcapping", -1.0f)));

}  // namespace
}  // namespace hob::model
