//! The search space of conda's classic solver as a picture: what each line reaches, and
//! what each remedy would make of the time.

use maud::{Markup, html};

use super::code;
use crate::{
    explain::{
        Explanation,
        cost::{Cost, LineCost, Prediction, Verdict},
    },
    report::cost,
};

/// The lines and the remedies that are shown.
const SHOWN: usize = 20;

/// What conda's classic solver would need.
pub fn section(explanation: &Explanation, cost: &Cost) -> Markup {
    html! {
        section class="space" aria-labelledby="space" {
            h2 id="space" { "What conda's classic solver would need" }
            p class={ "verdict " (class(cost.prediction.verdict)) } {
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

/// Of each line what it reaches, the heaviest first.
fn reach(explanation: &Explanation, cost: &Cost) -> Markup {
    let mut heaviest: Vec<&LineCost> = cost.lines.iter().collect();
    heaviest.sort_by_key(|line| std::cmp::Reverse(line.reach.records));
    let scale = Scale::to(cost.space.records as f64);
    let more = heaviest.len().saturating_sub(SHOWN);
    html! {
        table class="bars" {
            caption { "Records that conda has to look at, on a logarithmic scale" }
            thead {
                tr {
                    th scope="col" { "line" }
                    td { (scale.axis(count)) }
                    th scope="col" class="figure" { "records" }
                    th scope="col" class="figure" { "packages" }
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
                        td { (scale.bar(line.reach.records as f64, "conda", None)) }
                        td class="figure" { (count(line.reach.records as f64)) }
                        td class="figure" { (count(line.reach.names as f64)) }
                    }
                }
                @if more > 0 { tr { th scope="row" class="more" { "and " (more) " more" } td {} td {} td {} } }
                tr class="sum" {
                    th scope="row" { "together" }
                    td { (scale.bar(cost.space.records as f64, "sum", None)) }
                    td class="figure" { (count(cost.space.records as f64)) }
                    td class="figure" { (count(cost.space.names as f64)) }
                }
            }
        }
    }
}

/// What helps, beside what there is.
fn remedies(cost: &Cost) -> Markup {
    if cost.remedies.is_empty() {
        let said = match (cost.satisfiable, cost.prediction.verdict) {
            (false, _) => "Resolve the conflict first: what the file costs then is another matter.",
            (true, Verdict::Fine) => return html! {},
            (true, _) if cost.complete => "No change of one line makes it much cheaper.",
            (true, _) => "The time for trying changes ran out.",
        };
        return html! { p { (said) } };
    }
    let most = cost.prediction.cpu_seconds.max(cost.limits.seconds);
    let scale = Scale::to(most);
    let row = |what: Markup, prediction: &Prediction| {
        html! {
            tr {
                th scope="row" { (what) }
                td { (scale.bar(prediction.cpu_seconds, class(prediction.verdict), Some(cost.limits.seconds))) }
                td class="figure" { (cost::seconds(prediction.cpu_seconds)) }
                td class="figure" { (cost::megabytes(prediction.peak_mb)) }
                td { (cost::short(prediction.verdict)) }
            }
        }
    };
    html! {
        table class="bars remedies" {
            caption {
                "What helps, each worked out anew; the dashed line is the "
                (cost::seconds(cost.limits.seconds)) " that a build has"
            }
            thead {
                tr {
                    th scope="col" { "change" }
                    td { (scale.axis(cost::seconds)) }
                    th scope="col" class="figure" { "time" }
                    th scope="col" class="figure" { "memory" }
                    th scope="col" { "verdict" }
                }
            }
            tbody {
                (row(html! { "as it is" }, &cost.prediction))
                @for remedy in cost.remedies.iter().take(SHOWN) {
                    (row(html! {
                        (code(&cost::change(cost, &remedy.change)))
                        @if !remedy.keeps_solution { " (if that can be solved)" }
                    }, &remedy.prediction))
                }
            }
        }
        @if !cost.complete {
            p { "The time for trying changes ran out; there may be better ones." }
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

/// A logarithmic scale from 1, with a tick at each power of ten.
struct Scale {
    decades: f64,
}

impl Scale {
    /// Up to the power of ten that this is within.
    fn to(most: f64) -> Self {
        Self {
            decades: most.max(10.0).log10().ceil(),
        }
    }

    /// How far along the scale a value is, in percent.
    fn percent(&self, value: f64) -> f64 {
        (value.max(1.0).log10() / self.decades * 100.0).min(100.0)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (0..=self.decades as i32).map(|power| 10_f64.powi(power))
    }

    fn axis(&self, show: fn(f64) -> String) -> Markup {
        // Two labels in three are left out where there are many.
        let step = if self.decades > 4.0 { 2 } else { 1 };
        html! {
            svg class="axis" width="100%" height="16" aria-hidden="true" {
                @for (place, tick) in self.ticks().enumerate().filter(|(place, _)| place % step == 0) {
                    @let at = self.percent(tick);
                    @let end = match place { 0 => "first", _ if at > 99.0 => "last", _ => "tick" };
                    text class={ "small " (end) } x={ (format!("{at:.1}")) "%" } y="12" { (show(tick)) }
                }
            }
        }
    }

    fn bar(&self, value: f64, class: &str, limit: Option<f64>) -> Markup {
        html! {
            svg class={ "bar " (class) } width="100%" height="18" aria-hidden="true" {
                @for tick in self.ticks() {
                    @let at = format!("{:.1}%", self.percent(tick));
                    line class="tick" x1=(at) x2=(at) y1="0" y2="18" {}
                }
                rect x="0" y="4" height="10" rx="2" width={ (format!("{:.1}", self.percent(value))) "%" } {}
                @if let Some(limit) = limit {
                    @let at = format!("{:.1}%", self.percent(limit));
                    line class="limit" x1=(at) x2=(at) y1="0" y2="18" {}
                }
            }
        }
    }
}

/// `12,345`
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
    fn a_scale_ends_at_a_power_of_ten() {
        let scale = Scale::to(5400.0);
        let percents = [0.0, 1.0, 10.0, 100.0, 10_000.0, 1e9].map(|value| scale.percent(value));
        assert_eq!(percents, [0.0, 0.0, 25.0, 50.0, 100.0, 100.0]);
        assert_eq!(scale.ticks().last(), Some(10_000.0));
        assert!((Scale::to(0.0).percent(10.0) - 100.0).abs() < f64::EPSILON);
    }

    #[test]
    fn large_numbers_are_grouped() {
        let shown = [0.0, 999.0, 1000.0, 1_234_567.0].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
