/* Start-up, SysTick and semihosting output, for any Cortex-M. */
#include "board.h"

#define SYSTICK ((volatile uint32_t *)0xe000e010u)
#define SYSTICK_MASK 0x00ffffffu
#define CPACR (*(volatile uint32_t *)0xe000ed88u)
#define PAINT 0x51745174u

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];

int main(void);
void reset(void);

/* Semihosting: SYS_OPEN, SYS_WRITE and SYS_EXIT. */
static int host(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* Writes to standard output: SYS_WRITE0 would go to standard error under QEMU. */
static void write(const char *text, uint32_t length)
{
    static int output;
    if (output == 0) {
        /* The console, opened for writing. */
        const uint32_t open[] = { (uint32_t)(uintptr_t)":tt", 4, 3 };
        output = host(0x01, open);
    }
    const uint32_t block[] = { (uint32_t)output, (uint32_t)(uintptr_t)text, length };
    host(0x05, block);
}

static void quit(int status)
{
    /* ADP_Stopped_ApplicationExit, or ADP_Stopped_RunTimeErrorUnknown. */
    host(0x18, (const void *)(uintptr_t)(status == 0 ? 0x20026 : 0x20023));
    for (;;)
        ;
}

static void fault(void)
{
    write("fault\n", 6);
    quit(1);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_top,     (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault,
};

void reset(void)
{
#if defined(__ARM_FP)
    CPACR |= 0xfu << 20;
    __asm__ volatile("dsb\n\tisb");
#endif
    for (uint32_t *to = data_start, *from = data_load; to < data_end;)
        *to++ = *from++;
    for (uint32_t *to = bss_start; to < bss_end;)
        *to++ = 0;
    uint32_t *here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    for (uint32_t *to = bss_end; to < here - 16;)
        *to++ = PAINT;
    quit(main());
}

void board_start(void)
{
    SYSTICK[1] = SYSTICK_MASK;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5;
}

uint32_t board_count(void)
{
    return SYSTICK[2];
}

uint32_t board_count_since(uint32_t start)
{
    return (start - SYSTICK[2]) & SYSTICK_MASK;
}

uint32_t board_stack(void)
{
    uint32_t *lowest = bss_end;
    while (lowest < stack_top && *lowest == PAINT)
        lowest++;
    return (uint32_t)((char *)stack_top - (char *)lowest);
}

void board_print_number(const char *text, uint32_t number)
{
    char line[80];
    int at = 0;
    while (text[at] != 0 && at < 60) {
        line[at] = text[at];
        at++;
    }
    char digits[10];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        line[at++] = digits[--count];
    line[at++] = '\n';
    write(line, (uint32_t)at);
}
