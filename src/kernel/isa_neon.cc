// The kernels compiled for the instruction set every arm64 processor has.
#define HOB_ISA neon
#define HOB_ISA_NAME "neon"
#include "kernel/kernels.inc"
