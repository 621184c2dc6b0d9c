/* Replays the recording: samples, predicts, learns if there is a label, and prints every prediction and
* the total cost. */
#include "situ.h"

#include "board.h"

/* A row of the recording: flags, target, channels. */
#define RESTART 1u
#define LABELED 2u
#define WORDS (2 + SITU_CHANNELS)

extern const uint32_t recording_start[], recording_end[];

static situ_learner learner;

/* Number of calls, and the sum of their counts. */
static uint32_t predictions, updates, refused;
static uint64_t predicting, learning;

typedef union {
    uint32_t bits;
    float number;
} word;

/* The index of the largest number; ties go to the first. */
static uint32_t largest(const float *numbers)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < SITU_OUTPUTS; i++)
        if (numbers[i] > numbers[best])
            best = i;
    return best;
}

static int32_t learn(uint32_t target)
{
    return SITU_CLASSES > 0 ? situ_learn_class(&learner, 0, target)
                            : situ_learn_value(&learner, 0, (word){ .bits = target }.number);
}

static void take(const uint32_t *row)
{
    float sample[SITU_CHANNELS], prediction[SITU_OUTPUTS];
    for (int i = 0; i < SITU_CHANNELS; i++)
        sample[i] = (word){ .bits = row[2 + i] }.number;
    if (row[0] & RESTART)
        situ_restart(&learner);
    if (situ_push(&learner, sample) != SITU_COMPLETE)
        return;
    uint32_t start = board_count();
    int32_t status = situ_predict(&learner, prediction);
    predicting += board_count_since(start);
    if (status != SITU_OK) {
        refused++;
        return;
    }
    predictions++;
    if (SITU_CLASSES > 0)
        board_print_number("class ", largest(prediction));
    else
        board_print_number("value ", (word){ .number = prediction[0] }.bits);
    if (!(row[0] & LABELED))
        return;
    start = board_count();
    status = learn(row[1]);
    learning += board_count_since(start);
    if (status == SITU_OK)
        updates++;
    else
        refused++;
}

int main(void)
{
    board_start();
    int32_t status = situ_init(&learner, sizeof learner);
    if (status != SITU_OK) {
        board_print_number("situ_init failed: -", (uint32_t)-status);
        return 1;
    }
    for (const uint32_t *row = recording_start; row + WORDS <= recording_end; row += WORDS)
        take(row);
    board_print_number("predictions ", predictions);
    board_print_number("updates ", updates);
    board_print_number("refused ", refused);
    board_print_number("ticks per prediction ", predictions ? (uint32_t)(predicting / predictions) : 0);
    board_print_number("ticks per update ", updates ? (uint32_t)(learning / updates) : 0);
    board_print_number("stack ", board_stack());
    return 0;
}
