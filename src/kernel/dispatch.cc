// Which of the compiled instruction sets this machine can run, and the choice of one.
#include <cstdlib>

#include "base/platform/cpu.h"
#include "kernel/kernels.h"

namespace hob::kernel {

#define HOB_ISA_DECLARE(name)   \
  namespace name {              \
  extern const Kernels kernels; \
  }
#if defined(__x86_64__)
HOB_ISA_DECLARE(avx512vnni)
HOB_ISA_DECLARE(avx2)
HOB_ISA_DECLARE(baseline)
#else
HOB_ISA_DECLARE(neon_dotprod)
HOB_ISA_DECLARE(neon)
#endif
#undef HOB_ISA_DECLARE

namespace {

struct Compiled {
  const Kernels* kernels;
  bool runs;  // on this machine
};

// Best first; the last one runs everywhere.
std::vector<Compiled> compiled() {
#if defined(__x86_64__)
  const CpuFeatures& cpu = cpu_features();
  return {{&avx512vnni::kernels, cpu.avx2_fma_f16c && cpu.avx512 && cpu.avx512_vnni},
          {&avx2::kernels, cpu.avx2_fma_f16c},
          {&baseline::kernels, true}};
#else
  return {{&neon_dotprod::kernels, cpu_features().neon_dotprod}, {&neon::kernels, true}};
#endif
}

}  // namespace

std::vector<std::string_view> available_isas() {
  std::vector<std::string_view> names;
  for (const Compiled& c : compiled())
    if (c.runs) names.push_back(c.kernels->isa);
  return names;
}

Result<const Kernels*> find_kernels(std::string_view isa) {
  const char* wish = std::getenv("HOB_ISA");
  if (isa.empty() && wish) isa = wish;
  std::string others;
  bool known = false;
  for (const Compiled& c : compiled()) {
    if (c.runs && (isa.empty() || isa == c.kernels->isa)) return c.kernels;
    known |= isa == c.kernels->isa;
    if (c.runs) others += (others.empty() ? "" : ", ") + std::string(c.kernels->isa);
  }
  return fail("{} the instruction set '{}'; choose one of: {}.",
              known ? "This machine's processor does not have" : "There are no kernels for", isa,
              others);
}

}  // namespace hob::kernel
