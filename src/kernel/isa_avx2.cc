// The kernels compiled for AVX2 with FMA and F16C (2013 on).
#define HOB_ISA avx2
#define HOB_ISA_NAME "avx2"
#include "kernel/kernels.inc"
