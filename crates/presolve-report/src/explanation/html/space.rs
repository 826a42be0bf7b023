//! The search space of conda's classic solver as a picture: the records that each line
//! reaches, and the time after each remedy.

use maud::{Markup, html};

use super::code;
use presolve_explain::{
    Explanation,
    cost::{Cost, LineCost, Prediction, Verdict},
};
use presolve_words::cost;

/// The maximum number of lines and of remedies that are shown.
const SHOWN: usize = 20;

/// Returns the predicted cost of conda's classic solver.
pub(super) fn section(explanation: &Explanation, cost: &Cost) -> Markup {
    html! {
        section class="space" aria-labelledby="space" {
            h2 id="space" { "What conda's classic solver would need" }
            p class={ "sentence " (class(cost.prediction.verdict)) } {
                (code(&capital(&cost::verdict(cost))))
            }
            p class="help" { (capital(cost::range(cost).trim())) "." }
            @if !cost.lines.is_empty() { (reach(explanation, cost)) }
            ul class="because" {
                @for fact in cost::facts(cost) { li { (code(fact.trim())) } }
            }
            (remedies(cost))
        }
    }
}

/// Returns the records that each line reaches, largest number first.
fn reach(explanation: &Explanation, cost: &Cost) -> Markup {
    let mut heaviest: Vec<&LineCost> = cost.lines.iter().collect();
    heaviest.sort_by_key(|line| std::cmp::Reverse(line.reach.records));
    let scale = Scale::of_counts(cost.space.records as f64);
    let more = heaviest.len().saturating_sub(SHOWN);
    html! {
        table class="bars" {
            caption { "Records that conda has to consider, on a logarithmic scale" }
            thead {
                tr {
                    th scope="col" { "line" }
                    td { (scale.axis()) }
                    th scope="col" class="figure" { "records" }
                    th scope="col" class="figure roomy" { "packages" }
                }
            }
            tbody {
                @for line in heaviest.into_iter().take(SHOWN) {
                    tr {
                        th scope="row" {
                            (line.text)
                            @if let Some(place) = &explanation.places[line.declared] {
                                span class="place" { "line " (place.line_column().0) }
                            }
                        }
                        td { (scale.bar(line.reach.records as f64, "line", None)) }
                        td class="figure" { (count(line.reach.records as f64)) }
                        td class="figure roomy" { (count(line.reach.names as f64)) }
                    }
                }
                @if more > 0 { tr { th scope="row" class="more" { "and " (more) " more" } td {} td {} td class="roomy" {} } }
                tr class="sum" {
                    th scope="row" { "together" }
                    td { (scale.bar(cost.space.records as f64, "sum", None)) }
                    td class="figure" { (count(cost.space.records as f64)) }
                    td class="figure roomy" { (count(cost.space.names as f64)) }
                }
            }
        }
    }
}

/// Returns the remedies, compared with the current cost.
fn remedies(cost: &Cost) -> Markup {
    if cost.remedies.is_empty() {
        let said = match (cost.satisfiable, cost.prediction.verdict) {
            (false, _) => "Fix the conflict first; the prediction will change.",
            (true, Verdict::Fine) => return html! {},
            (true, _) if cost.complete => "No single-line change makes it much cheaper.",
            (true, _) => "The time for trying changes is up.",
        };
        return html! { p { (said) } };
    }
    let most = cost.prediction.cpu_seconds.max(cost.limits.seconds);
    let scale = Scale::of_seconds(most);
    let row = |what: Markup, prediction: &Prediction| {
        html! {
            tr {
                th scope="row" { (what) }
                td { (scale.bar(prediction.cpu_seconds, class(prediction.verdict), Some(cost.limits.seconds))) }
                td class="figure" { (cost::seconds(prediction.cpu_seconds)) }
                td class="figure" { (cost::megabytes(prediction.peak_mb)) }
                td class="verdict roomy" { (cost::short(prediction.verdict)) }
            }
        }
    };
    html! {
        table class="bars remedies" {
            caption {
                "What would help, each predicted separately; the dashed line is the "
                (cost::seconds(cost.limits.seconds)) " build limit"
            }
            thead {
                tr {
                    th scope="col" { "change" }
                    td { (scale.axis()) }
                    th scope="col" class="figure" { "time" }
                    th scope="col" class="figure" { "memory" }
                    th scope="col" class="verdict roomy" { "verdict" }
                }
            }
            tbody {
                (row(html! { "unchanged" }, &cost.prediction))
                @for remedy in cost.remedies.iter().take(SHOWN) {
                    (row(html! {
                        (code(&cost::change(cost, &remedy.change)))
                        @if !remedy.keeps_solution { " (if that can be solved)" }
                    }, &remedy.prediction))
                }
            }
        }
        @if !cost.complete {
            p { "The time for trying changes is up; there may be better ones." }
        }
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fine => "fine",
        Verdict::Slow => "slow",
        Verdict::TimesOut | Verdict::RunsOutOfMemory => "fails",
    }
}

/// A logarithmic scale from 1 to its last tick.
struct Scale {
    ticks: Vec<(f64, String)>,
}

impl Scale {
    /// Returns a scale of counts: a tick at each power of ten, up to the first one not below
    /// `most`.
    fn of_counts(most: f64) -> Self {
        let decades = most.max(10.0).log10().ceil() as i32;
        let ticks = (0..=decades).map(|power| 10_f64.powi(power));
        Self {
            ticks: ticks.map(|tick| (tick, count(tick))).collect(),
        }
    }

    /// Returns a scale of seconds, up to the first tick not below `most`.
    fn of_seconds(most: f64) -> Self {
        const TICKS: [(f64, &str); 9] = [
            (1.0, "1 s"),
            (10.0, "10 s"),
            (60.0, "1 min"),
            (600.0, "10 min"),
            (3600.0, "1 h"),
            (36_000.0, "10 h"),
            (360_000.0, "100 h"),
            (3_600_000.0, "1,000 h"),
            (36_000_000.0, "10,000 h"),
        ];
        let within = TICKS.iter().take_while(|(tick, _)| *tick < most).count();
        let ticks = TICKS.iter().take(within + 1);
        Self {
            ticks: ticks
                .map(|(tick, text)| (*tick, (*text).to_owned()))
                .collect(),
        }
    }

    /// Returns the position of a value on the scale, in percent.
    fn percent(&self, value: f64) -> f64 {
        let most = self.ticks.last().map_or(10.0, |(tick, _)| *tick);
        (value.max(1.0).ln() / most.ln() * 100.0).min(100.0)
    }

    /// Returns the names of the ticks. On narrow screens, only the first and the last are
    /// shown.
    fn axis(&self) -> Markup {
        html! {
            svg class="axis" width="100%" height="16" aria-hidden="true" {
                @for (place, (tick, text)) in self.ticks.iter().enumerate() {
                    @let at = self.percent(*tick);
                    @let class = match place {
                        0 => "first",
                        _ if place + 1 == self.ticks.len() => "last",
                        _ => "between",
                    };
                    text class={ "small " (class) } x={ (format!("{at:.1}")) "%" } y="12" { (text) }
                }
            }
        }
    }

    fn bar(&self, value: f64, class: &str, limit: Option<f64>) -> Markup {
        let at = |value: f64| format!("{:.1}%", self.percent(value));
        html! {
            svg class={ "bar " (class) } width="100%" height="18" aria-hidden="true" {
                @for (tick, _) in &self.ticks {
                    line class="tick" x1=(at(*tick)) x2=(at(*tick)) y1="0" y2="18" {}
                }
                rect x="0" y="4" height="10" rx="2" width=(at(value)) {}
                @if let Some(limit) = limit {
                    line class="limit" x1=(at(limit)) x2=(at(limit)) y1="0" y2="18" {}
                }
            }
        }
    }
}

/// Formats a count: `12,345`.
fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_the_next_tick() {
        let scale = Scale::of_counts(5400.0);
        let percents = [0.0, 1.0, 10.0, 100.0, 10_000.0, 1e9].map(|value| scale.percent(value));
        let expected = [0.0, 0.0, 25.0, 50.0, 100.0, 100.0];
        let apart = percents
            .iter()
            .zip(expected)
            .map(|(percent, to)| (percent - to).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-9, "{percents:?}");
        let last = |scale: Scale| scale.ticks.last().map(|(_, text)| text.clone());
        assert_eq!(last(Scale::of_counts(0.0)).as_deref(), Some("10"));
        assert_eq!(last(Scale::of_seconds(0.2)).as_deref(), Some("1 s"));
        assert_eq!(last(Scale::of_seconds(5400.0)).as_deref(), Some("10 h"));
        assert_eq!(last(Scale::of_seconds(1e12)).as_deref(), Some("10,000 h"));
    }

    #[test]
    fn large_numbers_are_grouped() {
        let shown = [0.0, 999.0, 1000.0, 1_234_567.0].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
