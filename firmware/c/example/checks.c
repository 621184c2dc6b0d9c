/* Bad input: every function returns its code and leaves the learner unchanged. */
#include "situ.h"

#include "board.h"

static situ_learner learner, blank;
static uint8_t before[SITU_BYTES + 64], after[SITU_BYTES + 64];

static uint32_t checked;

static int same(const uint8_t *a, const uint8_t *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}

/* Saves the state; returns the number of bytes. */
static size_t save(uint8_t *bytes)
{
    size_t length = 0;
    return situ_save(&learner, bytes, sizeof before, &length) == SITU_OK ? length : 0;
}

#define EXPECT(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            board_print_number("failed in line ", __LINE__);                                                 \
            return 1;                                                                                        \
        }                                                                                                    \
        checked++;                                                                                           \
    } while (0)

/* Samples until an example is complete. */
static int32_t complete(float number)
{
    float sample[SITU_CHANNELS];
    for (int i = 0; i < SITU_CHANNELS; i++)
        sample[i] = number + (float)i;
    int32_t status = SITU_OK;
    for (int i = 0; i < 10000 && status == SITU_OK; i++)
        status = situ_push(&learner, sample);
    return status;
}

static int32_t learn(size_t age)
{
    return SITU_CLASSES > 0 ? situ_learn_class(&learner, age, 0) : situ_learn_value(&learner, age, 1.0f);
}

static int memory(void)
{
    float sample[SITU_CHANNELS] = { 0 }, prediction[SITU_OUTPUTS];
    EXPECT(situ_init(0, sizeof learner) == SITU_NULL);
    EXPECT(situ_init((situ_learner *)((char *)&learner + 4), sizeof learner - 8) == SITU_MISALIGNED);
    EXPECT(situ_init(&learner, 16) == SITU_CAPACITY);
    EXPECT(situ_push(&blank, sample) == SITU_NOT_BEGUN);
    EXPECT(situ_predict(&blank, prediction) == SITU_NOT_BEGUN);
    EXPECT(situ_learn_class(&blank, 0, 0) == SITU_NOT_BEGUN);
    EXPECT(situ_restart(&blank) == SITU_NOT_BEGUN);
    EXPECT(situ_restart(0) == SITU_NULL);
    EXPECT(situ_init(&learner, sizeof learner) == SITU_OK);
    EXPECT(situ_push(&learner, 0) == SITU_NULL);
    EXPECT(situ_predict(&learner, 0) == SITU_NULL);
    EXPECT(situ_predict(&learner, prediction) == SITU_NO_EXAMPLE);
    EXPECT(learn(0) == SITU_NO_EXAMPLE);
    return 0;
}

static int examples(void)
{
    EXPECT(complete(1.0f) == SITU_COMPLETE);
    EXPECT(learn(0) == SITU_OK);
    size_t length = save(before);
    EXPECT(length > 0 && length <= SITU_BYTES);
    union {
        uint32_t bits;
        float number;
    } nan = { 0x7fc00000 };
    float sample[SITU_CHANNELS] = { 0 };
    sample[SITU_CHANNELS - 1] = nan.number;
    EXPECT(situ_push(&learner, sample) == SITU_NOT_FINITE);
    EXPECT(learn(1) == SITU_NO_EXAMPLE);
    EXPECT(learn(4) == SITU_NO_EXAMPLE);
    if (SITU_CLASSES > 0) {
        EXPECT(situ_learn_class(&learner, 0, SITU_CLASSES) == SITU_UNKNOWN_CLASS);
        EXPECT(situ_learn_value(&learner, 0, 1.0f) == SITU_WRONG_TASK);
    } else {
        EXPECT(situ_learn_class(&learner, 0, 0) == SITU_WRONG_TASK);
        EXPECT(situ_learn_value(&learner, 0, nan.number) == SITU_NOT_FINITE);
    }
    EXPECT(save(after) == length && same(before, after, length));
    return 0;
}

static int states(void)
{
    size_t length = save(before), needed = 0;
    EXPECT(situ_save(&learner, after, length - 1, &needed) == SITU_CAPACITY && needed == length);
    EXPECT(situ_save(&learner, 0, 1, &needed) == SITU_NULL);
    EXPECT(situ_save(&learner, after, length, 0) == SITU_NULL);
    EXPECT(situ_restore(&learner, 0, length) == SITU_NULL);
    for (size_t i = 0; i < length; i++)
        after[i] = 0;
    EXPECT(situ_restore(&learner, after, length) == SITU_BLANK);
    save(after);
    EXPECT(situ_restore(&learner, after, length - 1) == SITU_TOO_SHORT);
    after[length - 1] ^= 1;
    EXPECT(situ_restore(&learner, after, length) == SITU_DAMAGED);
    EXPECT(save(after) == length && same(before, after, length));
    /* Restoring brings back the saved state and discards what was learned since. */
    EXPECT(complete(-3.0f) == SITU_COMPLETE && learn(0) == SITU_OK);
    EXPECT(save(after) == length && !same(before, after, length));
    EXPECT(situ_restore(&learner, before, length) == SITU_OK);
    EXPECT(save(after) == length && same(before, after, length));
    return 0;
}

int main(void)
{
    if (memory() || examples() || states())
        return 1;
    board_print_number("checks passed: ", checked);
    return 0;
}
