// This machine's limits, measured once and kept in the user's cache folder.
#pragma once

#include "kernel/machine_limits.h"

namespace hob::cli {

// From $XDG_CACHE_HOME/hob/limits.json (or ~/.cache/hob), keyed by processor, instruction set and
// threads; measured where it is absent, unreadable or `recalibrate`. A cache that cannot be written
// is no error.
kernel::MachineLimits cached_limits(const kernel::Kernels& kernels, ThreadPool& threads,
                                    bool recalibrate);

}  // namespace hob::cli
