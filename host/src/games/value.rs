//! The value of a two-player zero-sum game.

use super::{Equilibrium, StrategicForm};

/// The value to the first player, and what the players' strategies guarantee.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Value {
    /// What the first player earns in every equilibrium, if equilibria were enumerated.
    pub exact: Option<f64>,
    /// The minimum that the first player earns with its average strategy.
    pub low: f64,
    /// The maximum that it earns against the second player's average strategy.
    pub high: f64,
}

impl Value {
    /// The value of a game of two players whose payoffs have the same sum everywhere; the strategies, one
    /// after the other, give the bounds. `None` for other games.
    pub fn of(
        form: &StrategicForm,
        equilibria: Option<&[Equilibrium]>,
        strategies: &[f64],
    ) -> Option<Self> {
        let [first, second] = &form.players[..] else { return None };
        let (rows, columns) = (first.actions.len(), second.actions.len());
        let sum = form.payoffs.first()? + form.payoffs.get(1)?;
        let scale = form.payoffs.iter().fold(0.0_f64, |scale, u| scale.max(u.abs()));
        let zero_sum = form
            .payoffs
            .chunks_exact(2)
            .all(|pair| (pair[0] + pair[1] - sum).abs() <= 1e-12 * scale);
        if !zero_sum {
            return None;
        }
        let (x, y) = strategies.split_at_checked(rows)?;
        let payoff = |row: usize, column: usize| form.payoffs[2 * (column * rows + row)];
        let against =
            |column: usize| (0..rows).map(|row| x[row] * payoff(row, column)).sum::<f64>();
        let of =
            |row: usize| (0..columns).map(|column| y[column] * payoff(row, column)).sum::<f64>();
        let exact =
            equilibria.and_then(|all| all.first()).map(|equilibrium| equilibrium.payoffs[0]);
        Some(Self {
            exact,
            low: (0..columns).map(against).fold(f64::INFINITY, f64::min),
            high: (0..rows).map(of).fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::games::{Scaled, equilibria};

    fn value(payoffs: &str, strategies: [f64; 4]) -> Option<Value> {
        let source = format!("NFG 1 R \"\" {{ \"A\" \"B\" }} {{ 2 2 }}\n{payoffs}");
        let form = StrategicForm::read(&source).unwrap();
        let equilibria = equilibria(&form, &Scaled::new(&form).unwrap()).unwrap();
        Value::of(&form, equilibria.as_deref(), &strategies)
    }

    #[test]
    fn uneven_pennies_have_the_value_of_their_mixture() {
        // Row (1, -1), (-1, 3): x = y = 2/3, value 1/3.
        let found = value("1 -1 -1 1 -1 1 3 -3", [0.5; 4]).unwrap();
        assert!((found.exact.unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!([found.low, found.high], [0.0, 1.0]);
        // A constant sum of ten.
        let found = value("6 4 4 6 4 6 8 2", [0.5; 4]).unwrap();
        assert!((found.exact.unwrap() - 16.0 / 3.0).abs() < 1e-12);
        assert_eq!(value("1 1 0 0 0 0 1 1", [0.5; 4]), None);
    }
}
