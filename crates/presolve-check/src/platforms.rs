//! The platforms of a check, and findings that apply to all of them.

use rattler_conda_types::Subdir;

use crate::rules::Finding;
use presolve_text::diagnostic::{Diagnostic, Failure};

/// The platforms to solve for, each once: those of the command line, otherwise those of
/// `[check]`, otherwise that of the settings, which is `None` here.
///
/// # Errors
/// A failure if an entry of `[check]` is not a platform.
pub(crate) fn platforms(
    flags: &[Subdir],
    settings: &[String],
) -> Result<Vec<Option<Subdir>>, Failure> {
    let mut named = flags.to_vec();
    if flags.is_empty() {
        for text in settings {
            named.push(parse(text)?);
        }
    }
    let mut platforms: Vec<Option<Subdir>> = Vec::new();
    for platform in named {
        if !platforms.contains(&Some(platform)) {
            platforms.push(Some(platform));
        }
    }
    if platforms.is_empty() {
        platforms.push(None);
    }
    Ok(platforms)
}

fn parse(text: &str) -> Result<Subdir, Failure> {
    match text.parse() {
        Ok(subdir) if subdir != Subdir::NoArch => Ok(subdir),
        _ => {
            let message = format!("`platforms` of `[check]` cannot have `{text}`");
            let help = "write a conda platform such as linux-64 or osx-arm64";
            Err(Failure::input(
                Diagnostic::error("invalid-setting", message).help(help),
            ))
        }
    }
}

/// Merges the findings of all platforms. A finding that all platforms share becomes one; the
/// others name their platforms.
pub(crate) fn folded(found: Vec<(Option<Subdir>, Vec<Finding>)>) -> Vec<Finding> {
    let all: Vec<Subdir> = found.iter().filter_map(|(platform, _)| *platform).collect();
    let mut folded: Vec<Finding> = Vec::new();
    for (platform, findings) in found {
        for mut finding in findings {
            finding.platforms.extend(platform);
            match folded.iter_mut().find(|known| is_same(known, &finding)) {
                Some(known) => known.platforms.extend(platform),
                None => folded.push(finding),
            }
        }
    }
    if all.len() < 2 {
        return folded;
    }
    for finding in &mut folded {
        let names: Vec<&str> = finding.platforms.iter().map(|one| one.as_str()).collect();
        let names = names.join(", ");
        if let Some(first) = finding.platforms.first() {
            let message = &mut finding.diagnostic.message;
            *message = message.replace(first.as_str(), &names);
        }
        if finding.platforms == all {
            finding.platforms.clear();
        } else {
            let note = format!("for {names} only");
            finding.diagnostic.notes.push(note);
        }
    }
    folded
}

/// Whether two findings are the same except for the platform. Chains and fixes may differ
/// between platforms; those of the first one are kept.
fn is_same(known: &Finding, other: &Finding) -> bool {
    let of_other = other.platforms.first();
    let said = |finding: &Finding| {
        let message = &finding.diagnostic.message;
        finding.platforms.first().map_or_else(
            || message.clone(),
            |subdir| message.replace(subdir.as_str(), ""),
        )
    };
    let places = |finding: &Finding| {
        let labels = finding.diagnostic.labels.iter();
        let places = labels.map(|label| label.location.clone());
        places.collect::<Vec<_>>()
    };
    known.rule == other.rule
        && !of_other.is_some_and(|platform| known.platforms.contains(platform))
        && said(known) == said(other)
        && places(known) == places(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;
    use presolve_text::{diagnostic::Location, source::SourceFile};

    fn finding(file: &std::sync::Arc<SourceFile>, message: &str) -> Finding {
        let rule = &rules::solving::unsolvable::RULE;
        let at = Location {
            file: file.clone(),
            span: 0..1,
        };
        rule.finding(at, "", message)
    }

    #[test]
    fn what_is_found_everywhere_is_one_finding() {
        let file = SourceFile::from_text("e.yml", "a");
        let of = |platform: Subdir| {
            let message = format!("no solution on {platform}");
            (Some(platform), vec![finding(&file, &message)])
        };
        let found = folded(vec![of(Subdir::Linux64), of(Subdir::OsxArm64)]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].diagnostic.message,
            "no solution on linux-64, osx-arm64"
        );
        assert!(found[0].platforms.is_empty());
        assert!(found[0].diagnostic.notes.is_empty());
    }

    #[test]
    fn what_is_found_for_one_says_which() {
        let file = SourceFile::from_text("e.yml", "a");
        let one = (Some(Subdir::Linux64), vec![finding(&file, "a pip clashes")]);
        let found = folded(vec![one, (Some(Subdir::Win64), Vec::new())]);
        assert_eq!(found[0].platforms, [Subdir::Linux64]);
        assert_eq!(found[0].diagnostic.notes, ["for linux-64 only"]);
        // Two findings for the same platform are not merged.
        let twice = vec![finding(&file, "a"), finding(&file, "a")];
        assert_eq!(folded(vec![(Some(Subdir::Linux64), twice)]).len(), 2);
    }

    #[test]
    fn a_platform_of_the_settings_has_to_be_one() {
        let settings = ["linux-64".to_owned(), "linux-64".to_owned()];
        let read = platforms(&[], &settings).expect("they are platforms");
        assert_eq!(read, [Some(Subdir::Linux64)]);
        assert!(platforms(&[], &["linux".to_owned()]).is_err());
        assert_eq!(platforms(&[], &[]).expect("none is fine"), [None]);
    }
}
