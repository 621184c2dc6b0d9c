/* A learner that predicts and learns from sensor samples, in memory that the caller provides.
 *
 * Nothing is allocated and nothing blocks. Functions must not run concurrently on the same learner; a
 * sampling interrupt should put its samples into a queue. A function that fails returns a negative number
 * and leaves the learner unchanged.
 *
 *     static situ_learner learner;
 *     float sample[SITU_CHANNELS], prediction[SITU_OUTPUTS];
 *
 *     situ_init(&learner, sizeof learner);
 *     if (situ_push(&learner, sample) == SITU_COMPLETE) {
 *         situ_predict(&learner, prediction);
 *         situ_learn_class(&learner, 0, 2);
 *     }
 *
 * `situ_model.h`, which `situ fit` writes for your data, has the sizes:
 *
 *     SITU_CHANNELS  numbers in a sample
 *     SITU_OUTPUTS   numbers in a prediction
 *     SITU_CLASSES   classes; 0 if the learner predicts a value
 *     SITU_BYTES     bytes of a learner, a multiple of 8
 */
#ifndef SITU_H
#define SITU_H

#include <stddef.h>
#include <stdint.h>

#include "situ_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Success. */
#define SITU_OK 0
/* Success, and the sample completes an example. */
#define SITU_COMPLETE 1
/* A pointer is null. */
#define SITU_NULL -1
/* The learner's address is not a multiple of 8. */
#define SITU_MISALIGNED -2
/* Too few bytes for the learner or for the saved state. */
#define SITU_CAPACITY -3
/* The learner has not been initialized by `situ_init`. */
#define SITU_NOT_BEGUN -4
/* A number is NaN, infinite or too large. */
#define SITU_NOT_FINITE -5
/* No such example: none is complete yet, or it is too old. */
#define SITU_NO_EXAMPLE -6
/* The class is not below SITU_CLASSES. */
#define SITU_UNKNOWN_CLASS -7
/* A class for a learner of values, or a value for a learner of classes. */
#define SITU_WRONG_TASK -8
/* The model contradicts itself. */
#define SITU_CONFIGURATION -9
/* Erased flash or zeros: nothing was saved here. */
#define SITU_BLANK -10
/* The saved bytes end early. */
#define SITU_TOO_SHORT -11
/* The saved bytes were altered. */
#define SITU_DAMAGED -12
/* The saved bytes have a different format version. */
#define SITU_VERSION -13
/* The saved bytes belong to another model. */
#define SITU_FOREIGN -14
/* A saved number is out of range. */
#define SITU_IMPLAUSIBLE -15
/* Any other error. */
#define SITU_OTHER -99

/* A learner. A static one is zero at reset and takes no flash. */
typedef struct {
    uint64_t opaque[SITU_BYTES / 8];
} situ_learner;

/* Initializes a learner in `bytes` bytes of memory, or resets it if it has learned before. */
int32_t situ_init(situ_learner *learner, size_t bytes);

/* Starts a new recording: no window spans two recordings. */
int32_t situ_restart(situ_learner *learner);

/* Takes a sample of SITU_CHANNELS numbers; returns SITU_COMPLETE if it completes an example. A sample with
* a number that is not finite is ignored: SITU_NOT_FINITE. */
int32_t situ_push(situ_learner *learner, const float *sample);

/* Predicts the last complete example: SITU_OUTPUTS numbers, a probability for each class or the value. */
int32_t situ_predict(situ_learner *learner, float *prediction);

/* Learns the class of the example that was completed `age` examples ago, from 0, the last one, to 3. */
int32_t situ_learn_class(situ_learner *learner, size_t age, size_t class_index);

/* The same for a learner of values. */
int32_t situ_learn_value(situ_learner *learner, size_t age, float value);

/* Saves the learned state. `length` receives the number of bytes, even if `capacity` is too small:
* SITU_CAPACITY. Rust and Python save and restore the same format. */
int32_t situ_save(situ_learner *learner, uint8_t *bytes, size_t capacity, size_t *length);

/* Restores the state that a learner of the same model saved. */
int32_t situ_restore(situ_learner *learner, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
