//! Timestamps as loggers write them.

/// Seconds since 1970 of a text such as `2026-11-01 10:00:03.25`, `2026-11-01T10:00:03Z` or
/// `2026-11-01`; an offset from UTC at the end is taken into account.
pub fn iso(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let (date, time) = match text.split_at_checked(10)? {
        (date, "") => (date, ""),
        (date, rest) => (date, rest.strip_prefix(['T', 't', ' '])?),
    };
    let mut parts = date.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let well_formed = parts.next().is_none() && year.len() == 4 && month.len() == 2;
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    if !well_formed || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(
        86_400.0 * days(year, month, day) as f64 + if time.is_empty() { 0.0 } else { clock(time)? },
    )
}

/// Seconds of `10:00`, `10:00:03.25`, with `Z` or an offset such as `+02:00`.
fn clock(text: &str) -> Option<f64> {
    let (time, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) if text[at..].eq_ignore_ascii_case("z") => (&text[..at], 0.0),
        Some(at) => {
            let sign = if text.as_bytes()[at] == b'-' { -1.0 } else { 1.0 };
            let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
            let (hours, minutes) = digits.split_at_checked(2)?;
            let minutes: f64 = if minutes.is_empty() { 0.0 } else { minutes.parse().ok()? };
            (&text[..at], sign * (3600.0 * hours.parse::<f64>().ok()? + 60.0 * minutes))
        }
        None => (text, 0.0),
    };
    let mut seconds = 0.0;
    let mut parts = time.trim().split(':');
    for (unit, limit) in [(3600.0, 24.0), (60.0, 60.0), (1.0, 61.0)] {
        let Some(part) = parts.next() else { break };
        let number: f64 = part.parse().ok().filter(|number| (0.0..limit).contains(number))?;
        seconds += unit * number;
    }
    (parts.next().is_none() && time.contains(':')).then_some(seconds - offset)
}

/// Days since 1970 of a date in the Gregorian calendar (Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let in_era = year - 400 * era;
    let month = if month > 2 { month - 3 } else { month + 9 };
    let in_year = (153 * month + 2) / 5 + day - 1;
    146_097 * era + 365 * in_era + in_era / 4 - in_era / 100 + in_year - 719_468
}

/// The unit of epoch times in seconds, if all numbers are such times in the years 2001 to 2096 and never
/// decrease.
pub fn epoch(numbers: &[f64]) -> Option<f64> {
    let rising = numbers.windows(2).all(|pair| pair[0] <= pair[1]);
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let unit =
        [1.0, 1e-3, 1e-6, 1e-9].into_iter().find(|unit| (1e9..4e9).contains(&(first * unit)))?;
    (numbers.len() >= 3 && rising && first < last && (1e9..4e9).contains(&(last * unit)))
        .then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_seconds_since_1970() {
        for (text, seconds) in [
            ("1970-01-01", 0.0),
            ("1970-01-02 00:00", 86_400.0),
            ("2000-02-29T12:00:00Z", 951_825_600.0),
            ("2026-11-01 10:00:03.25", 1_793_527_203.25),
            ("2026-11-01T12:00:03+02:00", 1_793_527_203.0),
            ("2026/11/01T05:30:03-0430", 1_793_527_203.0),
        ] {
            assert_eq!(iso(text.as_bytes()), Some(seconds), "{text}");
        }
        for text in [
            "",
            "10:00",
            "2026-13-01",
            "2026-11-01 25:00",
            "2026-11-01 noon",
            "20261101.5",
            "µµµµµµ",
        ] {
            assert_eq!(iso(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn epoch_times_never_fall() {
        assert_eq!(epoch(&[1.7e9, 1.7e9 + 1.0, 1.7e9 + 1.0]), Some(1.0));
        assert_eq!(epoch(&[1.7e12, 1.7e12 + 20.0, 1.7e12 + 40.0]), Some(1e-3));
        assert_eq!(epoch(&[1.7e9, 1.7e9 - 1.0, 1.7e9 + 1.0]), None);
        assert_eq!(epoch(&[101_325.0, 101_326.0, 101_327.0]), None);
    }
}
