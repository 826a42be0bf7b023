//! Findings as a JUnit report, in the form that Azure Pipelines, GitLab and Jenkins read
//! (<https://github.com/windyroad/JUnit-Schema>): a test suite per file, with a test case per
//! finding, or with one passed test case if there are none.

use super::{Entry, undecided};
use presolve_check::{CheckReport, FileReport};
use presolve_terminal::foreign;
use presolve_text::diagnostic::Level;

/// Returns the report. Findings of level `limit` or worse are failures. The others pass, with
/// their text as the output.
pub fn render(report: &CheckReport, limit: Level) -> String {
    let suites: Vec<Suite> = report.all().map(|file| Suite::new(file, limit)).collect();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"presolve check\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        sum(|suite| suite.tests),
        sum(|suite| suite.failures),
        sum(|suite| suite.errors)
    );
    for suite in &suites {
        text += &format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" time=\"0\">\n{}  </testsuite>\n",
            suite.name, suite.tests, suite.failures, suite.errors, suite.cases
        );
    }
    text + "</testsuites>\n"
}

/// The test cases of a file.
struct Suite {
    name: String,
    tests: usize,
    failures: usize,
    errors: usize,
    cases: String,
}

impl Suite {
    fn new(report: &FileReport, limit: Level) -> Self {
        let name = escape(&presolve_text::files::shown_path(&report.path));
        let mut suite = Self {
            tests: 0,
            failures: 0,
            errors: 0,
            cases: String::new(),
            name,
        };
        for entry in Entry::of(report) {
            suite.finding(&entry, limit);
        }
        for why in undecided(report) {
            suite.errors += 1;
            let why = escape(&why);
            let body = format!("<error message=\"{why}\" type=\"undecided\"/>");
            suite.case("undecided", &why, None, &body);
        }
        if suite.tests == 0 {
            suite.case("presolve", "check", None, "");
        }
        suite
    }

    fn finding(&mut self, entry: &Entry<'_>, limit: Level) {
        let level = match entry.finding.diagnostic.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let (path, start) = (escape(&entry.path), entry.start);
        let message = escape(&entry.sentence());
        let (line, column) = (start.line, start.column);
        let mut text = format!("{path}:{line}:{column}");
        for line in entry.text().lines() {
            text += &format!("\n{}", escape(line));
        }
        let body = if entry.finding.diagnostic.level <= limit {
            self.failures += 1;
            format!("<failure message=\"{message}\" type=\"{level}\">{text}</failure>")
        } else {
            format!("<system-out>{level}: {text}</system-out>")
        };
        let message = escape(&entry.message);
        let place = Some((&*path, line));
        self.case(entry.finding.rule.name, &message, place, &body);
    }

    /// Adds a case with escaped texts. Its name has no line number, so that it stays the same
    /// when the line moves.
    fn case(&mut self, class: &str, name: &str, place: Option<(&str, usize)>, body: &str) {
        self.tests += 1;
        let place = place.map(|(file, line)| format!(" file=\"{file}\" line=\"{line}\""));
        let place = place.unwrap_or_default();
        let case = format!("    <testcase classname=\"{class}\" name=\"{name}\"{place} time=\"0\"");
        self.cases += &if body.is_empty() {
            format!("{case}/>\n")
        } else {
            format!("{case}>\n      {body}\n    </testcase>\n")
        };
    }
}

/// Escapes a text for XML, between tags and in attributes. Characters that XML 1.0 does not
/// allow, such as control characters, become U+FFFD (<https://www.w3.org/TR/xml/#charsets>).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in foreign::shown(text).chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // In attributes, XML parsers turn these into spaces.
            '\t' | '\n' | '\r' => escaped += &format!("&#{};", character as u32),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character if character < ' ' => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_no_place_for_is_replaced() {
        assert_eq!(
            escape("a<b> & \"c\"\n\u{1b}[31m\u{0}蛇"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;␛[31m␀蛇"
        );
    }
}
