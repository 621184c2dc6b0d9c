//! Intervals of shares.

/// Normal quantile of a 95 % interval.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// 95 % interval of a share that was observed in `count` trials (Wilson, 1927).
pub fn wilson(share: f64, count: f64) -> [f64; 2] {
    let square = QUANTILE * QUANTILE / count;
    let center = share + square / 2.0;
    let half = (share * (1.0 - share) * square + square * square / 4.0).sqrt();
    [(center - half) / (1.0 + square), (center + half) / (1.0 + square)]
}

#[cfg(test)]
mod tests {
    use super::wilson;

    /// As published in tables.
    #[test]
    fn intervals_of_known_shares() {
        for (successes, count, expected) in
            [(85.0, 100.0, [0.7672, 0.9069]), (0.0, 10.0, [0.0, 0.2775])]
        {
            let interval = wilson(successes / count, count);
            for (end, expected) in interval.iter().zip(expected) {
                assert!((end - expected).abs() < 1e-4, "{interval:?}");
            }
        }
    }
}
