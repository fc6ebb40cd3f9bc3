// Names of the ops, for people.

#include "model/program.h"

namespace hob::model {

namespace {

struct Namer {
  std::string_view operator()(const Embed&) const { return "embed"; }
  std::string_view operator()(const RmsNorm&) const { return "rms_norm"; }
  std::string_view operator()(const MatMul&) const { return "matmul"; }
  std::string_view operator()(const Rope&) const { return "rope"; }
  std::string_view operator()(const StoreKv&) const { return "store_kv"; }
  std::string_view operator()(const Attend&) const { return "attend"; }
  std::string_view operator()(const Glu&) const { return "glu"; }
  std::string_view operator()(const Add&) const { return "add"; }
  std::string_view operator()(const Scale&) const { return "scale"; }
  std::string_view operator()(const Softcap&) const { return "softcap"; }
  std::string_view operator()(const SelectRows&) const { return "select_rows"; }
};

}  // namespace

std::string_view name(const Action& action) {
  return std::visit(Namer{}, action);
}

}  // namespace hob::model
