// The bytes of the built-in model, read-only and aligned for its tensors; builtin_model.cc wraps them.
#if defined(__APPLE__)
  .const
# define NAME(name) _##name
#else
  .section .rodata
# define NAME(name) name
#endif
  .balign 64
  .globl NAME(hob_builtin_model_begin)
NAME(hob_builtin_model_begin):
  .incbin HOB_BUILTIN_MODEL
  .globl NAME(hob_builtin_model_end)
NAME(hob_builtin_model_end):
  .byte 0
#if defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
