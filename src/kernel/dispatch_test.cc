// The choice of an instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "kernel/kernels.h"

namespace hob::kernel {
namespace {

TEST(Dispatch, TheLastInstructionSetRunsEverywhere) {
  const std::vector<std::string_view> isas = available_isas();
  ASSERT_FALSE(isas.empty());
#if defined(__x86_64__)
  EXPECT_EQ(isas.back(), "baseline");
#else
  EXPECT_EQ(isas.back(), "neon");
#endif
}

TEST(Dispatch, FindsEveryAvailableOneByName) {
  for (std::string_view isa : available_isas()) {
    const auto kernels = find_kernels(isa);
    ASSERT_TRUE(kernels.ok());
    EXPECT_EQ((*kernels)->isa, isa);
    EXPECT_NE((*kernels)->matmul, nullptr);
    EXPECT_NE((*kernels)->attend, nullptr);
  }
}

TEST(Dispatch, TheEnvironmentChoosesWhereTheCallerDoesNot) {
  const char* before = std::getenv("HOB_ISA");
  const std::string saved = before ? before : "";
  ::unsetenv("HOB_ISA");
  EXPECT_EQ((*find_kernels(""))->isa, available_isas().front());
  const std::string last(available_isas().back());
  ::setenv("HOB_ISA", last.c_str(), 1);
  EXPECT_EQ((*find_kernels(""))->isa, last);
  EXPECT_EQ((*find_kernels(available_isas().front()))->isa, available_isas().front());
  if (before)
    ::setenv("HOB_ISA", saved.c_str(), 1);
  else
    ::unsetenv("HOB_ISA");
}

TEST(Dispatch, AnUnknownNameIsAnErrorThatNamesTheOthers) {
  const auto kernels = find_kernels("sse9");
  ASSERT_FALSE(kernels.ok());
  EXPECT_NE(kernels.error().message.find("sse9"), std::string::npos);
  for (std::string_view isa : available_isas())
    EXPECT_NE(kernels.error().message.find(isa), std::string::npos);
}

}  // namespace
}  // namespace hob::kernel
