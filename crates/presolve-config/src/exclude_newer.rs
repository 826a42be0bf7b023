//! The age that packages must have before they count: `exclude-newer` and its exceptions.
//!
//! An age is counted back from one instant, which `pin` writes into the file, so that pinning
//! again gives the same result. The spellings are those of uv and pixi
//! (<https://docs.astral.sh/uv/reference/settings/#exclude-newer>).

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, tz::TimeZone};

/// When a package is too new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// If it was uploaded at or after this time.
    At(Timestamp),
    /// If it was uploaded within this time before the instant of the run.
    Age(SignedDuration),
    /// Never.
    Never,
}

/// The limits for all packages, and for some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExcludeNewer {
    /// The limit for what has none of its own.
    pub all: Option<Limit>,
    /// The limits of packages and projects, by name.
    pub packages: Vec<(String, Limit)>,
    /// The limits of channels and indexes, by name or URL.
    pub sources: Vec<(String, Limit)>,
}

impl Limit {
    /// Reads a date, an RFC 3339 timestamp or an age. A timestamp is used as it is; a date
    /// becomes the start of the next day, so that the date is included. The day is in UTC, as
    /// in rattler's tools, so that a setting means the same on every machine; uv uses the local
    /// time zone.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Ok(Self::At(timestamp));
        }
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            let next = date.tomorrow().map_err(|error| error.to_string())?;
            let start = next.to_zoned(TimeZone::UTC);
            let start = start.map_err(|error| error.to_string())?;
            return Ok(Self::At(start.timestamp()));
        }
        age(text).map(Self::Age)
    }

    /// Returns the time after which a package is too new; `None` for no limit.
    pub fn cut_off(self, as_of: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            // An age before the beginning of time excludes everything.
            Self::Age(age) => Some(as_of.checked_sub(age).unwrap_or(Timestamp::MIN)),
            Self::Never => None,
        }
    }
}

/// Reads an age such as `7d`, `7 days` or `P7D`. Months and years have no fixed length.
fn age(text: &str) -> Result<SignedDuration, String> {
    let wrong =
        "it is neither a date like `2024-05-31`, nor an RFC 3339 timestamp, nor an age like `7d`";
    let span: Span = text.parse().map_err(|_| wrong.to_owned())?;
    let age = span.to_duration(SpanRelativeTo::days_are_24_hours());
    let age = age.map_err(|_| "months and years have no fixed length; use days".to_owned())?;
    match age.is_negative() {
        true => Err("an age cannot be negative".to_owned()),
        false => Ok(age),
    }
}

impl ExcludeNewer {
    /// Whether a limit depends on the instant of the run.
    pub fn is_relative(&self) -> bool {
        let exceptions = self.packages.iter().chain(&self.sources);
        let mut limits = exceptions.map(|(_, limit)| limit).chain(&self.all);
        limits.any(|limit| matches!(limit, Limit::Age(_)))
    }

    /// Applies limits with higher priority.
    pub(super) fn apply(&mut self, other: Self) {
        self.all = other.all.or(self.all);
        for (own, others) in [
            (&mut self.packages, other.packages),
            (&mut self.sources, other.sources),
        ] {
            for (name, limit) in others {
                own.retain(|(known, _)| *known != name);
                own.push((name, limit));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str) -> i64 {
        match Limit::parse(text) {
            Ok(Limit::Age(age)) => age.as_hours(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn an_age_is_spelled_as_in_uv_and_pixi() {
        for text in [
            "7d",
            "7 days",
            "1 week",
            "P7D",
            "P1W",
            "168h",
            "6d 24 hours",
        ] {
            assert_eq!(hours(text), 168, "{text}");
        }
        for text in ["1 month", "P1Y", "-7d", "7 days ago", "seven", "", "7"] {
            assert!(Limit::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_counts_back_from_an_instant() {
        let now: Timestamp = "2024-06-08T12:00:00Z".parse().expect("a timestamp");
        let cut_off = |text: &str| Limit::parse(text).map(|limit| limit.cut_off(now));
        let shown = |text: &str| cut_off(text).map(|time| time.map(|time| time.to_string()));
        assert_eq!(shown("7d"), Ok(Some("2024-06-01T12:00:00Z".to_owned())));
        let date = Ok(Some("2024-06-01T00:00:00Z".to_owned()));
        assert_eq!(shown("2024-05-31"), date);
        let zone = Ok(Some("2024-05-31T10:00:00Z".to_owned()));
        assert_eq!(shown("2024-05-31T12:00:00+02:00"), zone);
        assert_eq!(Limit::Never.cut_off(now), None);
        assert_eq!(shown("175307616h"), Ok(Some(Timestamp::MIN.to_string())));
    }
}
