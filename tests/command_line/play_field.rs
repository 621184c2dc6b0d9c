//! `situ play` on small games from the field: unlike units, ties, cycles, and files as people write them.

use crate::Folder;
use crate::play::played;
use serde_json::json;

const ALL: [&str; 4] = ["entropic", "euclidean", "tsallis", "log-barrier"];

/// Games that end at one strict equilibrium, whatever the regularizer.
#[test]
fn games_end_at_their_only_strict_equilibrium() {
    for (game, profile) in [
        // Row payoffs up to 10^6, column payoffs below 1; at the other pure equilibrium the column ties.
        (
            r#"NFG 1 R "unequal" { "Rich" "Poor" } { 2 2 } 1000000 0.3 0 0.1 0 0.2 1 0.1"#,
            json!([0, 0]),
        ),
        // Solved by iterated dominance.
        (
            r#"NFG 1 R "dominated" { "P" "Q" } { 3 3 }
               4 3 2 1 3 0 5 1 8 4 9 6 6 2 3 6 2 8"#,
            json!([0, 0]),
        ),
        (r#"NFG 1 R "scale" { "A" "B" } { 2 2 } 1 1000000 0 1000000 1 0 0 0"#, json!([0, 0])),
        (
            r#"NFG 1 R "offset" { "A" "B" } { 2 2 }
               1 1000000001 0 1000000001 1 1000000000 0 1000000000"#,
            json!([0, 0]),
        ),
        // The first player's action changes fastest, then the second's.
        (
            r#"NFG 1 R "order" { "A" "B" "C" } { 2 2 2 }
               0 0 0 9 0 0 0 8 0 9 8 0 0 0 7 9 0 7 0 8 7 9 8 7"#,
            json!([1, 1, 1]),
        ),
        (r#"NFG 1 R "alone" { "P" } { 4 } 1 2 4 3"#, json!([2])),
    ] {
        for regularizer in ALL {
            let play = played(game, &["--regularizer", regularizer]);
            assert_eq!(play["ending"], "strict", "{game} {regularizer}");
            assert_eq!(play["profile"], profile, "{game} {regularizer}");
        }
    }
}

/// Both players of the game with unlike scales learn; either equilibrium is strict.
#[test]
fn unlike_scales_and_tiny_payoffs_do_not_stop_a_player() {
    for game in [
        r#"NFG 1 R "unlike" { "Rich" "Poor" } { 2 2 } 1000000 0.3 0 0.1 0 0.2 500000 0.4"#,
        r#"NFG 1 R "tiny" { "P" "Q" } { 2 2 } 1e-310 1e-310 0 0 0 0 2e-310 2e-310"#,
    ] {
        for regularizer in ALL {
            let play = played(game, &["--regularizer", regularizer]);
            assert_eq!(play["ending"], "strict", "{game} {regularizer}");
        }
    }
}

/// Where play cycles, its average is called the equilibrium, with its support; no pure profile is.
#[test]
fn cycles_are_told_by_their_average() {
    for (game, mixture, value) in [
        (
            r#"NFG 1 R "rock, paper, scissors" { "P" "Q" } { 3 3 }
               0 0 1 -1 -1 1 -1 1 0 0 1 -1 1 -1 -1 1 0 0"#,
            vec![1.0 / 3.0; 6],
            0.0,
        ),
        (
            r#"NFG 1 R "matching pennies, uneven" { "P" "Q" } { 2 2 } 1 -1 -1 1 -1 1 3 -3"#,
            vec![2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0],
            1.0 / 3.0,
        ),
    ] {
        let play = played(game, &[]);
        assert_eq!((&play["ending"], &play["strict"]), (&json!("average"), &json!(false)));
        assert!((play["value"]["exact"].as_f64().unwrap() - value).abs() < 1e-9, "{play}");
        let [low, high] = ["low", "high"].map(|end| play["value"][end].as_f64().unwrap());
        assert!(low <= value && value <= high && high - low < 0.1, "{low} {high}");
        let found = play["equilibria"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{play}");
        let strategies = found[0]["strategies"].as_array().unwrap().iter();
        let probabilities = strategies.flat_map(|strategy| strategy.as_array().unwrap());
        for (probability, expected) in probabilities.zip(&mixture) {
            assert!((probability.as_f64().unwrap() - expected).abs() < 1e-9, "{play}");
        }
        // The rivals in the same game: regret matching and fictitious play agree in zero-sum games.
        for rival in play["rivals"].as_array().unwrap() {
            assert!(rival["average_exploitability"].as_f64().unwrap() < 0.2, "{rival}");
        }
        // The extra-gradient variant settles.
        let play = played(game, &["--extra-gradient", "--start", "random"]);
        assert_eq!(play["ending"], "equilibrium", "{play}");
    }
}

/// Ties are not strict, and a game in which nothing matters has no margin.
#[test]
fn ties_are_equilibria_that_are_not_strict() {
    for game in [
        r#"NFG 1 R "weakly dominated" { "P" "Q" } { 2 2 } 1 1 1 0 1 1 0 0"#,
        r#"NFG 1 R "all zero" { "P" "Q" } { 2 2 } 0 0 0 0 0 0 0 0"#,
        r#"NFG 1 R "one cell" { "P" "Q" } { 1 1 } 0 0"#,
    ] {
        let play = played(game, &[]);
        assert!(play["strict"] == false || play["title"] == "one cell", "{play}");
        assert!(play["exploitability"].as_f64().unwrap() < 1e-2, "{play}");
        assert!(!play.to_string().contains("null,null"), "{play}");
    }
}

/// Files as people write them.
#[test]
fn files_of_the_field_are_read_or_refused_with_a_place() {
    for game in [
        "\u{feff}NFG 1 R \"bom\" { \"P\" \"Q\" } { 2 2 } 1 1 0 0 0 0 1 1",
        "NFG 1 R \"tight\" {\"P\" \"Q\"}\n{{\"a\" \"b\"}{\"c\" \"d\"}}\n\"\"\n{{\"x\" 1,1}{\"y\" 0,0}}\n1 2 2 1\n",
        "NFG 1 R \"crlf\" { \"P\" \"Q\" }\r\n{ 2 2 }\r\n\r\n1 1 0 0 0 0 1 1\r\n",
        "NFG 1 R \"a \\\"quoted\\\" title\" { \"P\\\"1\" \"Q\" } { 2 2 }\n1 1 0 0 0 0 1 1",
        "NFG 1 R \"thirds\" { \"P\" \"Q\" } { { \"a\" \"b\" } { \"c\" \"d\" } }\n\
         1/3 -1/7  -2/3 1/2  0.25 +1/4  7/9 .5",
    ] {
        let play = played(game, &["--steps", "200"]);
        assert_eq!(play["players"].as_array().unwrap().len(), 2, "{game}");
    }
    for (game, line) in [
        (
            "# made by a script\nNFG 1 R \"x\" { \"P\" \"Q\" } { 2 2 }\n1 1 0 0 0 0 1 1",
            "line 1, column 1",
        ),
        ("NFG 1 R \"short\" { \"P\" \"Q\" } { 2 2 }\n1 1 0 0 0 0 1\n", "line 3, column 1"),
        ("NFG 1 R \"long\" { \"P\" \"Q\" } { 2 2 }\n1 1 0 0 0 0 1 1 5\n", "line 2, column 17"),
    ] {
        let directory = Folder::with("game.nfg", game);
        directory.refuses(&["play", "game.nfg"], &[&format!("situ: game.nfg: {line}: ")]);
    }
}

/// The page holds the tables and the pictures of the last play.
#[test]
fn the_report_draws_phase_portraits_and_simplexes() {
    for (game, pictures, text) in [
        ("NFG 1 R \"two\" { \"A\" \"B\" } { 2 2 } 1 1 0 0 0 0 1 1", 1, "Phase portrait"),
        (
            "NFG 1 R \"three\" { \"A\" \"B\" } { 3 3 }\n0 0 1 -1 -1 1 -1 1 0 0 1 -1 1 -1 -1 1 0 0",
            2,
            "on the left",
        ),
    ] {
        let directory = Folder::with("game.nfg", game);
        directory.situ(&["play", "game.nfg", "--steps", "500"]).success();
        directory.situ(&["report"]).success();
        let page = directory.read("target/situ/report.html");
        assert_eq!(page.matches("<svg").count(), pictures, "{text}");
        assert!(page.contains(text) && page.contains("fictitious play"), "{text}");
    }
}
