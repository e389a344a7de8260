/* noop: does nothing, successfully, without a C library. Must become: pass. */
_Noreturn void _start(void);

void _start(void)
{
#if defined(__x86_64__)
    __asm__ volatile("syscall" : : "a"(231L), "D"(0L) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = 94;
    register long status __asm__("x0") = 0;
    __asm__ volatile("svc 0" : : "r"(number), "r"(status) : "memory");
#else
#error "noop: exit_group is not written down for this architecture"
#endif
    __builtin_unreachable();
}
