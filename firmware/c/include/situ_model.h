/* Sizes of the model. Written by `situ fit --export --language c`. */
#define SITU_CHANNELS 6
#define SITU_OUTPUTS 4
#define SITU_CLASSES 4
#define SITU_BYTES 16384
