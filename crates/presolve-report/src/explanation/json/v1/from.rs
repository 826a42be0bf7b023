//! The conversion of an explanation into its published form.

use super::{
    Case, Chain, Change, ChannelPriority, Conflict, Cost, Edit, Explanation, Fix, Given,
    GoneBuilds, Left, Line, Missing, Nearest, Omission, Package, Place, Reason, RuledOut, Skipped,
    Span, Verdict, World,
};
use crate::explanation;
use presolve_explain::{self as explain, EditKind, LeftOut, words as sentences};
use presolve_solve::{
    self as problem, Declared,
    conflict::{self, Half, ReasonKind},
};
use presolve_target as target;
use presolve_terminal::foreign::shown;
use presolve_text::{diagnostic::Location, source::SourceFile};
use presolve_words::edits::words;

impl Explanation {
    /// Converts the explanation of a file.
    pub fn new(found: &explain::Explanation, source: &SourceFile) -> Self {
        let lines = found.declared.iter().zip(&found.places);
        let conflicts = found.conflicts.iter();
        let fixes = found.fixes.iter().enumerate();
        Self {
            version: 1,
            presolve: env!("CARGO_PKG_VERSION"),
            file: source.path().display().to_string(),
            platform: found.subdir.to_string(),
            virtual_packages: found
                .virtual_packages
                .iter()
                .map(ToString::to_string)
                .collect(),
            channels: found
                .channels
                .iter()
                .map(|channel| shown(&channel.name))
                .collect(),
            channel_priority: found.channel_priority.into(),
            verdict: match found.solution {
                Some(_) => Verdict::Solvable,
                None => Verdict::Unsolvable,
            },
            declared: lines
                .map(|(line, place)| Line::new(line, place.as_ref()))
                .collect(),
            gone_builds: found.gone_builds.as_ref().map(GoneBuilds::from),
            conflicts: conflicts
                .map(|conflict| Conflict::new(found, conflict))
                .collect(),
            fixes: fixes
                .map(|(place, fix)| Fix::new(found, source, fix, place + 1))
                .collect(),
            least_changes: found.least_changes,
            cost: found.cost.as_ref().map(Cost::from),
            left_out: found
                .left_out
                .iter()
                .map(|&left_out| left_out.into())
                .collect(),
        }
    }
}

impl Line {
    fn new(line: &Declared, place: Option<&Location>) -> Self {
        Self {
            text: shown(&line.text),
            half: if line.is_conda() {
                World::Conda
            } else {
                World::Pypi
            },
            place: place.map(Place::from),
        }
    }
}

impl From<&Location> for Place {
    fn from(place: &Location) -> Self {
        let (line, column) = place.line_column();
        Self {
            file: place.file.path().display().to_string(),
            line,
            column,
            span: Span {
                start: place.span.start,
                end: place.span.end,
            },
        }
    }
}

impl From<&explain::GoneBuilds> for GoneBuilds {
    fn from(gone: &explain::GoneBuilds) -> Self {
        Self {
            lines: gone.lines.clone(),
            found_for: gone.found_for.map(|subdir| subdir.to_string()),
        }
    }
}

impl Conflict {
    fn new(found: &explain::Explanation, conflict: &problem::Conflict) -> Self {
        let missing = conflict.missing.iter();
        let cases = conflict.cases.iter();
        Self {
            lines: conflict.lines.clone(),
            minimal: conflict.minimal,
            missing: missing
                .map(|missing| Missing::new(found, missing))
                .collect(),
            cases: cases.map(|case| Case::new(case, &found.declared)).collect(),
        }
    }
}

impl Missing {
    fn new(found: &explain::Explanation, missing: &problem::Missing) -> Self {
        let package = missing.package();
        let known = found.missing.iter();
        let known = known.filter(|known| {
            package.half == Half::Conda && known.name.as_normalized() == missing.name
        });
        let nearest = known.flat_map(|known| &known.suggestions);
        Self {
            package: (&package).into(),
            line: missing.declared,
            direct: found.declared[missing.declared].names(&missing.name),
            nearest: nearest
                .map(|nearest| Nearest {
                    name: nearest.name.as_normalized().to_owned(),
                    channel: shown(&nearest.channel),
                })
                .collect(),
        }
    }
}

impl Case {
    fn new(case: &conflict::Case, declared: &[Declared]) -> Self {
        let notes = case.notes.iter().map(sentences::note);
        let facts = sentences::facts(case, declared).into_iter();
        let nearest = case.nearest.as_ref().map(sentences::nearest);
        Self {
            choice: case.choice.as_ref().map(Left::from),
            disputed: (&case.disputed).into(),
            chains: case.chains.iter().map(Chain::from).collect(),
            ruled_out: case.ruled_out.iter().map(RuledOut::from).collect(),
            nearest: nearest.map(|text| shown(&text)),
            notes: notes.map(|text| shown(&text)).collect(),
            facts: facts.map(|text| shown(&text)).collect(),
        }
    }
}

impl From<&conflict::Package> for Package {
    fn from(package: &conflict::Package) -> Self {
        Self {
            name: shown(&package.name),
            half: package.half.into(),
        }
    }
}

impl From<&conflict::Chain> for Chain {
    fn from(chain: &conflict::Chain) -> Self {
        Self {
            line: chain.line,
            links: chain.links.iter().map(Left::from).collect(),
            asked: chain.asked.as_deref().map(shown),
            given: chain.given.iter().map(Left::from).collect(),
        }
    }
}

impl From<&conflict::Left> for Left {
    fn from(left: &conflict::Left) -> Self {
        let versions = left.versions.as_ref();
        Self {
            package: (&left.package).into(),
            versions: versions.map(|versions| versions.ranges.clone()),
            count: versions.map_or(0, |versions| versions.count),
        }
    }
}

impl From<&conflict::RuledOut> for RuledOut {
    fn from(ruled_out: &conflict::RuledOut) -> Self {
        Self {
            package: (&ruled_out.package).into(),
            versions: ruled_out.versions.ranges.clone(),
            count: ruled_out.versions.count,
            kind: ruled_out.reason.kind().into(),
            reason: shown(&sentences::reason(&ruled_out.reason)),
        }
    }
}

impl Fix {
    fn new(
        found: &explain::Explanation,
        source: &SourceFile,
        fix: &explain::Fix,
        number: usize,
    ) -> Self {
        Self {
            number,
            edits: fix
                .edits
                .iter()
                .map(|edit| Edit::new(found, edit))
                .collect(),
            gives: fix.gives.iter().map(Given::from).collect(),
            notes: fix.notes.iter().map(|note| shown(note)).collect(),
            diff: explanation::diff(source, fix, number),
        }
    }
}

impl Edit {
    fn new(found: &explain::Explanation, edit: &explain::Edit) -> Self {
        let only = match edit.lines[..] {
            [only] => Some(only),
            _ => None,
        };
        Self {
            kind: edit.kind.into(),
            line: only,
            lines: edit.lines.clone(),
            before: only.map(|line| shown(&found.declared[line].text)),
            with: edit.with.as_deref().map(shown),
            skipped: edit.skipped.as_ref().map(|skipped| Skipped {
                version: skipped.version.clone(),
                because: shown(&skipped.because),
            }),
            words: shown(&words(found, edit)),
        }
    }
}

impl From<&explain::ResultingVersion> for Given {
    fn from(given: &explain::ResultingVersion) -> Self {
        Self {
            package: Package {
                name: given.name.clone(),
                half: given.half.into(),
            },
            version: given.version.clone(),
        }
    }
}

impl From<Half> for World {
    fn from(half: Half) -> Self {
        match half {
            Half::Conda => Self::Conda,
            Half::Pypi => Self::Pypi,
            Half::Virtual => Self::Virtual,
        }
    }
}

impl From<target::ChannelPriority> for ChannelPriority {
    fn from(priority: target::ChannelPriority) -> Self {
        match priority {
            target::ChannelPriority::Strict => Self::Strict,
            target::ChannelPriority::Flexible => Self::Flexible,
            target::ChannelPriority::Disabled => Self::Disabled,
        }
    }
}

impl From<LeftOut> for Omission {
    fn from(left_out: LeftOut) -> Self {
        match left_out {
            LeftOut::Conflicts => Self::Conflicts,
            LeftOut::Fixes => Self::Fixes,
            LeftOut::Cost => Self::Cost,
        }
    }
}

impl From<ReasonKind> for Reason {
    fn from(kind: ReasonKind) -> Self {
        match kind {
            ReasonKind::RequiresPython => Self::RequiresPython,
            ReasonKind::PythonTag => Self::PythonTag,
            ReasonKind::PlatformTag => Self::PlatformTag,
            ReasonKind::Yanked => Self::Yanked,
            ReasonKind::PreRelease => Self::PreRelease,
            ReasonKind::TooNew => Self::TooNew,
            ReasonKind::ChannelPriority => Self::ChannelPriority,
            ReasonKind::OtherChannel => Self::OtherChannel,
            ReasonKind::PipTooOld => Self::PipTooOld,
            ReasonKind::PipOption => Self::PipOption,
            ReasonKind::Constraint => Self::Constraint,
            ReasonKind::Broken => Self::Broken,
            ReasonKind::Requirement => Self::Requirement,
            ReasonKind::Other => Self::Other,
        }
    }
}

impl From<EditKind> for Change {
    fn from(kind: EditKind) -> Self {
        match kind {
            EditKind::DropBuilds => Self::DropBuilds,
            EditKind::Relax => Self::Relax,
            EditKind::Bump => Self::Bump,
            EditKind::BumpTogether => Self::BumpTogether,
            EditKind::ChangePython => Self::ChangePython,
            EditKind::Rename => Self::Rename,
            EditKind::OwnLine => Self::OwnLine,
            EditKind::MoveToPip => Self::MoveToPip,
            EditKind::MoveToConda => Self::MoveToConda,
            EditKind::AddChannel => Self::AddChannel,
            EditKind::Drop => Self::Drop,
        }
    }
}
