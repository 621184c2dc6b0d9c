//! Games in Gambit's strategic form, read and, if they are small, played.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ_host::games::StrategicForm;

fuzz_target!(|text: &str| {
    if let Ok(form) = StrategicForm::read(text)
        && form.payoffs.len() <= 64
    {
        fuzz::situ("play", &fuzz::file("nfg", text.as_bytes()), &["--steps", "20"]);
    }
});
