/* Runs a model of emlearn's on a Cortex-M4 under QEMU: prints the predictions of two tests, a digit each, and the
   ticks of SysTick that the first test took. `emlearn.py` writes model.h and tests.h. */
#include <stdint.h>
#include "model.h"
#include "tests.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define FEATURES ((int)(sizeof(same[0]) / sizeof(same[0][0])))
#define WORD(address) (*(volatile uint32_t *)(address))

static long semihosting(long operation, const void *argument) {
    register long r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static char digits[COUNT(same) + 1], turned_digits[COUNT(turned) + 1], number[12];

__attribute__((noinline)) static uint32_t predict(const float (*rows)[FEATURES], int count, char *out) {
    uint32_t before = WORD(0xe000e018);
    for (int i = 0; i < count; i++) out[i] = '0' + model_predict(rows[i], FEATURES);
    return (before - WORD(0xe000e018)) & 0xffffff;
}

static void print(const char *text) {
    semihosting(4, text);
    semihosting(4, "\n");
}

void start(void) {
    WORD(0xe000ed88) |= 0xf << 20; /* the FPU */
    __asm__ volatile("dsb\n isb");
    WORD(0xe000e014) = 0xffffff; /* SysTick at the core's clock */
    WORD(0xe000e018) = 0;
    WORD(0xe000e010) = 5;
    uint32_t ticks = predict(same, COUNT(same), digits);
    predict(turned, COUNT(turned), turned_digits);
    char *digit = number + sizeof number - 1;
    do *--digit = '0' + ticks % 10; while (ticks /= 10);
    print(digits);
    print(turned_digits);
    print(digit);
    semihosting(0x18, (const void *)0x20026);
}

/* QEMU loads data where it belongs: nothing is copied. The stack is at the end of RAM. */
__attribute__((section(".vectors"), used)) const void *const vectors[] = {
    (const void *)0x20400000, (const void *)start, (const void *)start, (const void *)start,
};
