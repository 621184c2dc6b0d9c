/* What the example needs from a Cortex-M: a counter, the depth of the stack, and a line of output. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Starts SysTick at the core's clock. */
void board_start(void);

/* SysTick's count, which counts down. */
uint32_t board_count(void);

/* Ticks since `start`, fewer than 2^24. */
uint32_t board_count_since(uint32_t start);

/* Maximum stack in use so far, in bytes. */
uint32_t board_stack(void);

/* Prints a line: the text and a decimal number. */
void board_print_number(const char *text, uint32_t number);

#endif
