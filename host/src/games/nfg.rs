//! Gambit's strategic form files, in the payoff and the outcome form.
//!
//! ```text
//! NFG 1 R "title" { "Row" "Column" } { 2 2 } "comment"
//! 1 1  0 0  0 0  1/2 1.5
//! ```
//!
//! The profiles follow each other with the first player's action changing fastest. Instead of the
//! counts `{ 2 2 }` a file may give the actions' names, `{ { "up" "down" } { "left" "right" } }`;
//! instead of payoffs, a list of outcomes `{ { "name" 1 1 } { "" 0 0 } }` and for each profile the
//! number of its outcome, 0 for no payoffs.

use super::token::{Place, Token, tokens};
use situ::games::MAX_PLAYERS;

/// A player and its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// As in the file.
    pub name: String,
    /// Names of the actions; their numbers from one if the file gives no names.
    pub actions: Vec<String>,
}

/// A game in strategic form.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategicForm {
    /// As in the file.
    pub title: String,
    /// The players.
    pub players: Vec<Player>,
    /// For each profile, the first player's action changing fastest, the payoffs of all players.
    pub payoffs: Vec<f64>,
}

/// Largest number of payoffs of a file.
const LARGEST: usize = 1 << 26;
/// Profiles of a game that may exceed its file, in which case the error says where a payoff is missing.
const SMALL: usize = 1 << 16;

impl StrategicForm {
    /// Reads the text of a `.nfg` file.
    ///
    /// # Errors
    /// One line that names line and column.
    pub fn read(source: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(source)?.into_iter().peekable() };
        parser.keyword(
            &["NFG"],
            "a strategic form file begins with NFG (pygambit converts the extensive form: \
             read_efg(FILE).to_nfg())",
        )?;
        parser.keyword(&["1"], "only version 1 of the format is known")?;
        parser.keyword(&["R", "D"], "the version is followed by R or D")?;
        let (title, _) = parser.text("the title, in quotes")?;
        let (names, place) = parser.player_names()?;
        let actions = parser.actions(names.len())?;
        if matches!(parser.peek(), Token::Text(_)) {
            parser.next();
        }
        let players: Vec<Player> = names
            .into_iter()
            .zip(actions)
            .map(|(name, actions)| Player { name, actions })
            .collect();
        let mut counts = players.iter().map(|player| player.actions.len());
        let profiles = counts.try_fold(1_usize, |size, count| size.checked_mul(count));
        let profiles = profiles
            .filter(|profiles| profiles.saturating_mul(players.len()) <= LARGEST)
            .ok_or_else(|| place.error(format!("the game has more than {LARGEST} payoffs")))?;
        let payoffs = if *parser.peek() == Token::Open {
            parser.by_outcomes(players.len(), profiles)?
        } else {
            let payoff = |_| parser.number("a payoff");
            (0..profiles * players.len()).map(payoff).collect::<Result<_, _>>()?
        };
        let (rest, place) = parser.next();
        if rest != Token::End {
            let message = format!("{} follows the last of {profiles} profiles", rest.shown());
            return Err(place.error(message));
        }
        Ok(Self { title, players, payoffs })
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Place)>>,
}

impl Parser {
    /// The next token; the end of the file repeats.
    fn next(&mut self) -> (Token, Place) {
        if let Some((Token::End, place)) = self.tokens.peek() {
            return (Token::End, *place);
        }
        self.tokens.next().unwrap_or((Token::End, Place { line: 1, column: 1 }))
    }

    fn peek(&mut self) -> &Token {
        self.tokens.peek().map_or(&Token::End, |(token, _)| token)
    }

    fn keyword(&mut self, known: &[&str], message: &str) -> Result<(), String> {
        match self.next() {
            (Token::Word(word), _) if known.contains(&word.as_str()) => Ok(()),
            (other, place) => Err(place.error(format!("{message}, not {}", other.shown()))),
        }
    }

    fn expect(&mut self, wanted: &Token, what: &str) -> Result<Place, String> {
        let (token, place) = self.next();
        if token == *wanted { Ok(place) } else { Err(missing(what, &token, place)) }
    }

    fn text(&mut self, what: &str) -> Result<(String, Place), String> {
        match self.next() {
            (Token::Text(text), place) => Ok((text, place)),
            (other, place) => Err(missing(what, &other, place)),
        }
    }

    /// An integer, a decimal number or a fraction of two.
    fn number(&mut self, what: &str) -> Result<f64, String> {
        let (token, place) = self.next();
        let Token::Word(word) = &token else { return Err(missing(what, &token, place)) };
        let value = match word.split_once('/') {
            None => word.parse().ok(),
            Some((over, under)) => over
                .parse::<f64>()
                .ok()
                .zip(under.parse::<f64>().ok())
                .map(|(over, under)| over / under),
        };
        value
            .filter(|value: &f64| value.is_finite())
            .ok_or_else(|| place.error(format!("'{word}' is not a finite number")))
    }

    /// A whole number from `low` to `high`.
    fn count(&mut self, what: &str, low: usize, high: usize) -> Result<usize, String> {
        let (token, place) = self.next();
        let Token::Word(word) = &token else { return Err(missing(what, &token, place)) };
        word.parse()
            .ok()
            .filter(|count| (low..=high).contains(count))
            .ok_or_else(|| place.error(format!("{what} must be {low} to {high}, not '{word}'")))
    }

    fn player_names(&mut self) -> Result<(Vec<String>, Place), String> {
        let place = self.expect(&Token::Open, "'{' and the players' names")?;
        let mut names = Vec::new();
        while let Token::Text(_) = self.peek() {
            names.push(self.text("a player's name")?.0);
        }
        self.expect(&Token::Close, "a player's name in quotes, or '}'")?;
        if names.is_empty() || names.len() > MAX_PLAYERS {
            let message = format!("a game has 1 to {MAX_PLAYERS} players, not {}", names.len());
            return Err(place.error(message));
        }
        Ok((names, place))
    }

    /// The names of each player's actions, or their numbers if the file gives only counts.
    fn actions(&mut self, players: usize) -> Result<Vec<Vec<String>>, String> {
        let place = self.expect(&Token::Open, "'{' and the players' numbers of actions")?;
        let mut actions = Vec::with_capacity(players);
        let mut profiles = 1_usize;
        for _ in 0..players {
            if *self.peek() == Token::Open {
                let place = self.expect(&Token::Open, "'{'")?;
                let mut names = Vec::new();
                while let Token::Text(_) = self.peek() {
                    names.push(self.text("an action's name")?.0);
                }
                self.expect(&Token::Close, "an action's name in quotes, or '}'")?;
                if names.is_empty() {
                    return Err(place.error("a player has no action"));
                }
                actions.push(names);
            } else {
                let count = self.count("a player's number of actions", 1, LARGEST)?;
                profiles = profiles.saturating_mul(count);
                // Checked before that many names are created: each profile has a number in the file.
                if profiles > self.tokens.len().max(SMALL) {
                    let message = format!("{profiles} profiles are more than the file has numbers");
                    return Err(place.error(message));
                }
                actions.push((1..=count).map(|action| action.to_string()).collect());
            }
        }
        self.expect(&Token::Close, "'}' after the actions of all players")?;
        Ok(actions)
    }

    /// Payoffs by a list of outcomes and the number of an outcome for each profile.
    fn by_outcomes(&mut self, players: usize, profiles: usize) -> Result<Vec<f64>, String> {
        self.expect(&Token::Open, "'{' and the outcomes")?;
        // The null outcome pays nothing.
        let mut outcomes = vec![vec![0.0; players]];
        while *self.peek() == Token::Open {
            self.expect(&Token::Open, "'{'")?;
            self.text("the outcome's name in quotes")?;
            let payoffs = (0..players).map(|_| self.number("a payoff"));
            outcomes.push(payoffs.collect::<Result<_, _>>()?);
            self.expect(&Token::Close, "'}' after one payoff a player")?;
        }
        self.expect(&Token::Close, "an outcome, or '}' after the last")?;
        let mut payoffs = Vec::with_capacity(profiles * players);
        for _ in 0..profiles {
            let outcome = self.count("an outcome's number", 0, outcomes.len() - 1)?;
            payoffs.extend(&outcomes[outcome]);
        }
        Ok(payoffs)
    }
}

fn missing(what: &str, found: &Token, place: Place) -> String {
    place.error(format!("expected {what}, found {}", found.shown()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SELTEN: &str = r#"NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
        { "Player 1" "Player 2" } { 3 2 }

        1 1 0 2 0 2 1 1 0 3 2 0"#;

    #[test]
    fn payoffs_are_read_with_the_first_player_fastest() {
        let game = StrategicForm::read(SELTEN).unwrap();
        assert_eq!(game.title, "Selten (IJGT, 75), Figure 2, normal form");
        assert_eq!(game.players[0].actions, ["1", "2", "3"]);
        assert_eq!(game.players[1].name, "Player 2");
        assert_eq!(game.payoffs, [1.0, 1.0, 0.0, 2.0, 0.0, 2.0, 1.0, 1.0, 0.0, 3.0, 2.0, 0.0]);
    }

    #[test]
    fn outcomes_are_replaced_by_their_payoffs() {
        let game = StrategicForm::read(
            r#"NFG 1 D "a \"game\"" { "A" "B" }
            { { "up" "down" } { "left" "right" } }
            "a comment"
            { { "win" 1/2, -1.5 } { "" 2e1 0 } }
            1 0 2 1"#,
        )
        .unwrap();
        assert_eq!(game.title, "a \"game\"");
        assert_eq!(game.players[1].actions, ["left", "right"]);
        assert_eq!(game.payoffs, [0.5, -1.5, 0.0, 0.0, 20.0, 0.0, 0.5, -1.5]);
    }

    #[test]
    fn malformed_files_are_refused_with_line_and_column() {
        for (source, place, what) in [
            ("", "line 1, column 1:", "begins with NFG"),
            ("EFG 2 R", "line 1, column 1:", "'EFG'"),
            ("NFG 2 R", "line 1, column 5:", "version 1"),
            ("NFG 1 R \"open", "line 1, column 9:", "closing quote"),
            ("NFG 1 R \"\"\n{ }", "line 2, column 1:", "1 to 16 players"),
            ("NFG 1 R \"\"\n{ \"A\" } { 0 }", "line 2, column 11:", "must be 1 to"),
            ("NFG 1 R \"\" { \"A\" }\n{ { } }", "line 2, column 3:", "no action"),
            ("NFG 1 R \"\" { \"A\" \"B\" } { 2 }", "line 1, column 28:", "number of actions"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n1", "line 2, column 2:", "the end of the file"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n1 x", "line 2, column 3:", "'x'"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n1 1/0", "line 2, column 3:", "'1/0'"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n1 inf", "line 2, column 3:", "'inf'"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n1 2\n 3", "line 3, column 2:", "'3' follows"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n{ { \"\" 1 } }\n1 2", "line 3, column 3:", "0 to 1"),
            ("NFG 1 R \"\" { \"A\" } { 2 }\n{ { \"\" 1 2 } }", "line 2, column 10:", "'}'"),
            ("NFG 1 R \"\" { \"A\" \"B\" } { 99999 99999 }", "line 1, column 24:", "numbers"),
        ] {
            let error = StrategicForm::read(source).unwrap_err();
            assert!(error.starts_with(place) && error.contains(what), "{source:?}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
