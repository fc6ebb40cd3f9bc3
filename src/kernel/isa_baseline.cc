// The kernels compiled for the instruction set every x86-64 processor has (SSE2).
#define HOB_ISA baseline
#define HOB_ISA_NAME "baseline"
#include "kernel/kernels.inc"
