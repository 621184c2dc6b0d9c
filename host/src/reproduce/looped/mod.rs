//! System `looped`: the looped transformer as a computer.

mod accuracy;
mod control;
mod fleq;
mod reference;
mod sizes;
mod subleq;

use super::{Claim, System};

/// The claims of the paper: the SUBLEQ machine, then the FLEQ machine.
pub const SYSTEM: System = System {
    claims: &[
        Claim::equal(
            "looped.subleq_exact",
            "random SUBLEQ programs in nine layers, half of them at the smallest inverse temperature: \
             loops that differ from an exact interpreter",
            0.0,
            subleq::exact,
        )
        .against("an exact interpreter"),
        Claim::at_most(
            "looped.subleq_layers",
            "layers, with 2 heads and 8 log n + 3 N + max(3 log n, 2 N) + 1 rows",
            9.0,
            subleq::layers,
        )
        .against("the paper's counts"),
        Claim::at_most(
            "looped.subleq_compact",
            "layers of the shallow machine, whose loops match an exact interpreter too",
            5.0,
            subleq::compact,
        )
        .against("an exact interpreter"),
        Claim::at_most(
            "looped.drift",
            "bits of memory and counter in the random programs and in a counter in f64 and f32: largest \
             distance from -1, 0, 1",
            1e-12,
            subleq::drift,
        )
        .against("an exact interpreter"),
        Claim::at_most(
            "looped.temperature",
            "smallest inverse temperature without a mismatch, minus (ln n + N ln 2) / 2 + 2: largest",
            0.0,
            subleq::temperature,
        )
        .against("an exact interpreter"),
        Claim::at_most(
            "looped.fleq_layers",
            "layers of the FLEQ machine, all heads softmax at one temperature",
            4.0,
            fleq::layers,
        )
        .against("the stated count"),
        Claim::at_most(
            "looped.fleq_heads",
            "heads of the widest layer, blocks of 4 x 4, 16 blocks and 16 instructions (paper: one head \
             in each of 13 layers)",
            19.0,
            fleq::heads,
        )
        .against("the stated formula R + d R + d"),
        Claim::at_most(
            "looped.fleq_product",
            "products of random numbers up to 1,000 in f64, refused above a stated error: largest relative \
             error of those accepted",
            1e-6,
            accuracy::product,
        )
        .against("the product in f64"),
        Claim::equal(
            "looped.fleq_control",
            "random FLEQ programs: loops after which counter, registers, halt bit or memory differ from \
             an interpreter",
            0.0,
            control::mismatches,
        )
        .against("an exact interpreter"),
        Claim::at_most(
            "looped.fleq_inverse",
            "Newton inverse of random 4 x 4 matrices in f64: largest |A X - I|",
            1e-10,
            |context| fleq::inverse::<f64>(context.settings),
        )
        .against("AX - I in f64"),
        Claim::at_most(
            "looped.fleq_sgd",
            "SGD in context on a linear model in f64, the program's data and random ones: largest distance \
             from the same SGD on the host",
            1e-10,
            |context| fleq::sgd::<f64>(context.settings),
        )
        .against("the same SGD on the host"),
        Claim::at_most(
            "looped.fleq_backprop",
            "backpropagation in f64, the program's data and random ones: largest distance from the same \
             computation on the host",
            1e-10,
            |context| fleq::backpropagation::<f64>(context.settings),
        )
        .against("the same backpropagation on the host"),
        Claim::at_most(
            "looped.fleq_f32",
            "the largest of the three in f32",
            1e-4,
            fleq::in_single_precision,
        )
        .against("the three references above, in f64"),
        Claim::at_most(
            "looped.fleq_calculator",
            "+ - * / and square root of 3 and 0.01, 3 and 20 and random pairs from 0.01 to 100 with \
             results up to 1000, in f64: largest relative error; for differences, relative to the larger \
             operand",
            1e-6,
            fleq::calculator,
        )
        .against("f64 arithmetic on the host"),
        Claim::at_most(
            "looped.fleq_function",
            "a function as a program: a sum of 16 sigmoids, largest distance from sin 3x at nine points \
             from -1 to 1",
            0.002,
            fleq::function,
        )
        .against("f64 sin 3x on the host"),
    ],
    sizes: &[sizes::BITS, sizes::COLUMNS, sizes::LOOPS, sizes::D, sizes::BLOCKS],
    ..System::new("looped", "Looped Transformers as Programmable Computers, arXiv 2301.13196")
};
