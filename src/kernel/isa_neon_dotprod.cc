// The kernels compiled for NEON with the 8-bit dot product (2018 on).
#define HOB_ISA neon_dotprod
#define HOB_ISA_NAME "neon_dotprod"
#include "kernel/kernels.inc"
