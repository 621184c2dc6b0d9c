//! `situ compute`.

use crate::Folder;
use predicates::str::{contains, is_match};
use serde_json::Value;

fn json(directory: &Folder, arguments: &[&str]) -> Value {
    directory.json(&[&["compute"], arguments, &["--json"]].concat())
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let directory = Folder::new();
    let outcome = json(&directory, &["factorial.subleq"]);
    assert_eq!(outcome["program"], "factorial.subleq");
    assert_eq!(outcome["engine"], "transformer");
    assert_eq!(outcome["halted"], true);
    assert_eq!(outcome["mismatches"], 0);
    assert_eq!(outcome["memory"][1], 5040);
    assert_eq!([&outcome["layers"], &outcome["heads"], &outcome["rows"]], [9, 2, 121]);
    assert_eq!(outcome["columns"], 27);
    assert!(outcome["weights_nonzero"].as_u64().unwrap() < 5000);
    let loops = outcome["loops"].as_u64().unwrap();
    let plain = json(&directory, &["factorial.subleq", "--engine", "interpreter"]);
    assert_eq!(plain["loops"], loops);
    assert_eq!(plain["memory"], outcome["memory"]);
}

#[test]
fn cells_can_be_set() {
    let directory = Folder::new();
    let product = json(&directory, &["multiply.subleq", "--set", "x=-12", "--set", "y=11"]);
    assert_eq!(product["memory"][2], -132);
    let arguments = ["newton-inverse.fleq", "--set", "A=[4 0 0 0; 0 2 0 0; 0 0 1 0; 0 0 0 1]"];
    let inverse = json(&directory, &arguments);
    assert!((inverse["memory"][1][0].as_f64().unwrap() - 0.25).abs() < 1e-10);
    for (set, message) in [
        ("n=2.5", "situ: --set n=2.5: 2.5 is not an integer\n"),
        ("n=40000", "situ: --set n=40000: 40000 does not fit a word of 16 bits: -32768 to 32767\n"),
        ("m=1", "situ: --set m=1: 'm' is not defined\n"),
        ("n[3]=1", "situ: --set n[3]=1: 'n[3]' does not exist: 'n' has 1 cells\n"),
    ] {
        let command = ["compute", "factorial.subleq", "--set", set];
        directory.refuses(&command, &[message]);
    }
}

#[test]
fn a_trace_shows_counter_command_and_changes() {
    let directory = Folder::new();
    directory
        .situ(&["compute", "multiply.subleq", "--trace"])
        .success()
        .stdout(is_match(r"(?m)^ +1 +0 +x, minus_x +minus_x = -7$").unwrap())
        .stdout(contains("product = 63"));
    directory
        .situ(&["compute", "sgd.fleq", "--trace"])
        .success()
        .stdout(contains("next:"))
        .stdout(contains("e = e - [r0], r0 += 1"));
}

#[test]
fn a_trace_of_layers_shows_what_each_layer_changes() {
    let directory = Folder::new();
    directory.situ(&["compute", "matrix-multiply.fleq", "--trace", "layers"]).success().stdout(
        is_match(r"(?m)^ +layer 4 \(2 heads, \d+ units\): memory 4x4, .*; clears pointers")
            .unwrap(),
    );
    directory.refuses(
        &["compute", "sgd.fleq", "--trace", "layers", "--engine", "interpreter"],
        &["situ: --trace layers: the interpreter has no layers\n"],
    );
}

#[test]
fn help_has_the_language_and_all_shipped_programs() {
    let directory = Folder::new();
    let mut help = directory.situ(&["compute", "--help"]).success();
    for (name, _) in situ_host::programs::shipped::PROGRAMS {
        help = help.stdout(contains(*name));
    }
    directory.refuses(
        &["compute", "factorial"],
        &["shipped programs: multiply.subleq, factorial.subleq"],
    );
}

#[test]
fn instructions_contain_numbers_negatives_and_repetitions() {
    let text = ".set HALF 0.5\n.data\nx: 3, 4\ny: 0, 0\n.code\n.repeat i 2\n y[i] = 2 - x[i]\n \
                y[i] = -y[i]\n y[i] = y[i] .* HALF\n goto l@i\n y[i] = -1\nl@i:\n.end\n";
    let directory = Folder::with("numbers.fleq", text);
    let outcome = json(&directory, &["numbers.fleq"]);
    for (cell, expected) in [(2, 0.5), (3, 1.0)] {
        assert!((outcome["memory"][cell][0].as_f64().unwrap() - expected).abs() < 1e-9);
    }
    assert_eq!(outcome["memory"].as_array().unwrap().len(), 8);
}

#[test]
fn products_reach_as_far_as_the_scale_says() {
    let text = ".size 2\n.data\nn: 6\nr: 1\n.code\nl: r = r .* n\n n = n - 1, if n <= 0 goto end\n \
                goto l\nend: halt\n";
    let directory = Folder::with("factorial.fleq", text);
    let product = json(&directory, &["factorial.fleq"])["memory"][1][0].as_f64().unwrap();
    assert!((product - 720.0).abs() < 1e-3, "{product}");
    directory
        .situ(&["compute", "factorial.fleq", "--set", "n=7"])
        .code(1)
        .stderr(contains("'r = r .* n': instruction 0 exceeds its limit of 1037.9905"));
    let text = format!(".scale 1e-5\n.order 4\n{text}");
    directory.write("factorial.fleq", text);
    let outcome = json(&directory, &["factorial.fleq", "--set", "n=7"]);
    assert!((outcome["memory"][1][0].as_f64().unwrap() - 5040.0).abs() < 1e-2);
}

#[test]
fn a_program_that_does_not_halt_is_stopped_and_said_so() {
    let directory = Folder::new();
    directory.write("for-ever.subleq", ".data\nx: 0\n.code\na: x, x, b\nb: x, x, a\n");
    directory
        .situ(&["compute", "for-ever.subleq", "--max-loops", "50"])
        .code(1)
        .stdout(contains("stopped after 50 loops"))
        .stderr("situ: did not halt within 50 loops\n");
}

/// Writes `text` to `name` and expects `message` after the file's name, and status 2.
fn refused(name: &str, text: &str, message: &str) {
    let directory = Folder::with(name, text);
    directory.refuses(&["compute", name], &[&format!("situ: {name}:{message}\n")]);
}

#[test]
fn mistakes_are_named_with_line_and_column() {
    for (text, message) in [
        (".code\n  x, y\n", "2:3: 'x' is not defined"),
        (".data\nx: 1\n.code\n x, x, end\n halt\n", "4:8: label 'end' is not defined"),
        (".data\nx: 40000\n", "2:4: 40000 does not fit a word of 16 bits: -32768 to 32767"),
        (".word 60\n", "1:7: a word has 2 to 48 bits"),
        (".data\nx: 1, 2\n.code\n x[2], x\n", "4:3: 'x[2]' does not exist: 'x' has 2 cells"),
        (".data\nx: 1\nx: 2\n", "3:1: 'x' is defined twice"),
        (".data\nx: 1\n.code\n x x\n", "4:4: expected ','"),
        (".data\nx: ?\n", "2:4: unexpected character '?'"),
        (".start\n", "1:1: unknown directive '.start'"),
        (
            ".data\nx: 1\n.code\n x, x\n",
            "4:2: continues beyond the last instruction; end with halt or goto",
        ),
        (".include \"absent\"\n", "1:10: absent: No such file or directory (os error 2)"),
        (".columns 3\n.data\nx: 1, 2\n.code\nhalt\n", " does not fit: needs 5 columns, has 3"),
        (".data\nx: 1\n", " no instructions"),
    ] {
        refused("program.subleq", text, message);
    }
    for (text, message) in [
        (".data\nA: [1 2; 3 4 5 6 7]\n", "2:18: a block is 4 × 4"),
        (".code\n r5 += 1\n", "2:2: register r5 does not exist: .registers is 1"),
        (
            ".data\nA: 1\n.code\n A = A * A\n",
            "4:8: a product transposes its first factor: A' * B, after A = A'",
        ),
        (".data\nA: 1\n.code\n 2 = A\n", "4:2: expected a cell"),
        (".scale 2\n", "1:8: expected a number from 1e-12 to 1"),
        (".order 5\n", "1:8: expected an integer from 1 to 4"),
        (".repeat i 3\n.data\nA: 1\n", "1:1: '.repeat' without '.end'"),
        (".end\n", "1:1: '.end' without '.repeat'"),
        (".repeat i 2.5\n.end\n", "1:11: expected an integer from 0 to 4096"),
        (".data\nA: 1\n.code\n.repeat i 2\nl: A = A\n.end\n", "5:1: 'l' is defined twice"),
        (".data\nA: 1, 2\n.code\n A = A[1-3]\n", "4:8: -2 is not an offset"),
        (".data\nA: 1\n.code\n A = A, A = A\n", "4:9: an instruction has one assignment"),
        (".data\nA: 1\n.code\n A = A, if A <= 1 goto x\n", "4:17: expected '0'"),
        (
            ".data\nA: 1\n.code\n r0 += 1, r0 = &A\n",
            "4:11: an instruction changes one register in one way",
        ),
        (".data\np: &q\n", "2:5: 'q' is not defined"),
        (".size 20\n", "1:7: expected an integer from 1 to 16"),
        (".blocks 2\n.data\nA: 1 * 3\n", " does not fit: needs 25 columns, has 17"),
    ] {
        refused("program.fleq", text, message);
    }
}

#[test]
fn a_label_after_the_last_command_is_a_halt() {
    let directory = Folder::new();
    for last in ["halt\n", "A = A + A\n", ""] {
        let text = format!(".data\nA: 1\nB: 0\n.code\nA = A, if B <= 0 goto end\n{last}end:\n");
        directory.write("end.fleq", text);
        let outcome = json(&directory, &["end.fleq"]);
        assert_eq!([&outcome["loops"], &outcome["mismatches"]], [2, 0]);
        assert_eq!(outcome["memory"][0][0], 1.0);
    }
}

#[test]
fn attention_that_is_too_soft_is_refused_with_the_rule() {
    let directory = Folder::new();
    for (program, given, message) in [
        (
            "factorial.subleq",
            "9.1",
            "9.2 to 1000000: (ln n + N ln 2) / 2 + 2, n = 27 columns, N = 16 bits",
        ),
        (
            "factorial.subleq",
            "inf",
            "9.2 to 1000000: (ln n + N ln 2) / 2 + 2, n = 27 columns, N = 16 bits",
        ),
        (
            "newton-inverse.fleq",
            "-3",
            "20.16 to 1000000: (ln n - ln e) / 2, n = 71 columns, e = 2^-52",
        ),
    ] {
        directory.refuses(
            &["compute", program, "--inverse-temperature", given],
            &[&format!("situ: --inverse-temperature {given}: must be from {message}\n")],
        );
    }
    for (program, given) in [("factorial.subleq", "9.2"), ("newton-inverse.fleq", "20.16")] {
        assert_eq!(json(&directory, &[program, "--inverse-temperature", given])["mismatches"], 0);
    }
    directory.refuses(
        &["compute", "factorial.subleq", "--inverse-temperature", "20", "--engine", "interpreter"],
        &["situ: --inverse-temperature: the interpreter has no attention\n"],
    );
}

#[test]
fn files_can_include_others() {
    let directory = Folder::new();
    let write = |name: &str, text: &str| {
        directory.write(name, text);
    };
    write("data.subleq", ".data\nx: 5\n.set THREE 3\ny: THREE\n");
    write("main.subleq", ".include \"data.subleq\"\n.code\n x, y\n halt\n");
    assert_eq!(json(&directory, &["main.subleq"])["memory"][1], -2);
    write("data.subleq", ".data\nx: oops\n");
    directory
        .refuses(&["compute", "main.subleq"], &["situ: data.subleq:2:4: 'oops' is not defined\n"]);
    write("data.subleq", ".include \"main.subleq\"\n");
    directory.refuses(&["compute", "main.subleq"], &["includes are nested more than 16 deep"]);
}

#[test]
fn what_would_go_wrong_is_refused_while_running() {
    let directory = Folder::new();
    directory.write("large.fleq", ".data\nA: 1000\n.code\nA = A' * A\n");
    directory
        .situ(&["compute", "large.fleq"])
        .code(1)
        .stderr("situ: loop 1: 'A = A' * A': instruction 0 exceeds its limit of 1037.9905\n");
    // Beyond what closes a gate, beyond the sigmoid's mask, beyond the last block.
    for (text, message) in [
        (
            "A: 3000000\n.code\nend: A = A, if A <= 0 goto end\n",
            "'A = A, if A <= 0 goto end': the value of cell 0 is not supported: the limit is 250000",
        ),
        (
            "A: [3000 0]\n.code\nA = sigmoid A\n",
            "'A = sigmoid A': instruction 0 exceeds its limit of 1423.9127",
        ),
    ] {
        directory.write("large.fleq", format!(".data\n{text}"));
        directory
            .situ(&["compute", "large.fleq"])
            .code(1)
            .stdout("")
            .stderr(format!("situ: loop 1: {message}\n"));
    }
    directory.write("large.fleq", ".data\nA: 1\n.code\nend: A = [r0], r0 += 1\n goto end\n");
    for engine in ["transformer", "interpreter"] {
        directory.situ(&["compute", "large.fleq", "--engine", engine])
            .code(1)
            .stderr("situ: loop 5: 'A = [r0], r0 += 1': instruction 0 refers to address 2, which does not exist\n");
    }
    directory.refuses(&["compute", "absent.subleq"], &["situ: absent.subleq: "]);
    directory.refuses(&["compute", "program.txt"], &["situ: program.txt: "]);
}
