// The kernels compiled for AVX-512 F, BW, DQ, VL and VNNI (2019 on).
#define HOB_ISA avx512vnni
#define HOB_ISA_NAME "avx512vnni"
#include "kernel/kernels.inc"
