//! A tiny language for joint problems: a world in a few lines, solved, and the
//! answer as text.
//!
//! ```text
//! conda python 3.9
//! conda numpy 1.20 build=1 track : python >=3.8 ; blas
//! conda tensor 2.0 channel=other : numpy >=1.20 / constrained <2
//! brings tensor pypi-tensor
//! pypi foo 1.0 wheels=cp39,cp310 python>=3.6 : bar<2 ; baz; python_version < "3.9"
//! pypi bar 1.0 source : numpy
//! pypi bar 2.0 wheels=cp310-manylinux2014 repaired
//! want numpy >=1.20
//! want other::tensor
//! pip foo[extra]>=1
//! hash sha256:aa
//! constrain bar<2
//! priority strict
//! ```

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pep440_rs::Version;
use pep508_rs::{MarkerTree, PackageName, Requirement};
use presolve::{
    explain::words,
    packages::error::{FetchError, IndexError},
    packages::{
        conda::SubdirRecords,
        pypi::{
            Distribution, DistributionKind, Metadata, MetadataAnswer, MetadataSource, Project,
            PypiSource, Release, Support,
            tags::{WheelFilename, WheelTarget},
        },
    },
    problem::SolveError,
    problem::{
        Conflict, Declared, DeclaredKind, PipPolicy, Preferences, PreferredRecord, Problem,
        Solution, World, askers, explain, solve,
    },
    spec::CondaPin,
    target::ChannelPriority,
};
use rattler_conda_types::{
    Channel, GenericVirtualPackage, MatchSpec, ParseMatchSpecOptions, RepoDataRecord, Subdir,
};

/// A world and what is asked of it.
pub(crate) struct ToyWorld {
    pub subdirs: Vec<SubdirRecords>,
    pub virtual_packages: Vec<GenericVirtualPackage>,
    pub brings: Vec<(String, PackageName)>,
    pub index: ToyIndex,
    pub declared: Vec<Declared>,
    pub priority: ChannelPriority,
    pub pip: PipPolicy,
    pub preferences: Preferences,
    /// The conda packages that are allowed without a line on them.
    pub asked: BTreeSet<String>,
}

/// An answer.
pub(crate) enum Outcome {
    Solved(Box<Solution>),
    Unsolvable(Conflict),
}

/// An index in memory.
#[derive(Default)]
pub(crate) struct ToyIndex {
    pub projects: BTreeMap<PackageName, Project>,
    pub metadata: BTreeMap<String, MetadataAnswer>,
    pub asked: RefCell<Vec<String>>,
    /// The sizes of the batches in which metadata was announced.
    pub batches: RefCell<Vec<usize>>,
}

impl PypiSource for ToyIndex {
    fn project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError> {
        self.asked.borrow_mut().push(name.to_string());
        Ok(self.projects.get(name).cloned().map(Arc::new))
    }

    fn metadata(
        &self,
        _: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, IndexError> {
        let known = self.metadata.get(&distribution.filename).cloned();
        known.ok_or_else(|| IndexError::Fetch(FetchError::Offline(distribution.filename.clone())))
    }

    fn prefetch(&self, _: &[PackageName]) {}

    fn prefetch_metadata(&self, _: &PackageName, distributions: &[Arc<Distribution>]) {
        self.batches.borrow_mut().push(distributions.len());
    }
}

impl ToyWorld {
    /// Reads a world; panics on what it does not understand.
    pub(crate) fn new(text: &str) -> Self {
        let mut world = Self {
            subdirs: Vec::new(),
            virtual_packages: vec!["__glibc=2.28".parse_virtual(), "__unix=0".parse_virtual()],
            brings: Vec::new(),
            index: ToyIndex::default(),
            declared: Vec::new(),
            priority: ChannelPriority::Flexible,
            pip: PipPolicy::default(),
            preferences: Preferences::default(),
            asked: BTreeSet::new(),
        };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            world.read(word, rest.trim());
        }
        world
    }

    fn read(&mut self, word: &str, rest: &str) {
        match word {
            "conda" => self.read_record(rest),
            "pypi" => self.read_release(rest),
            "brings" => {
                let (conda, pypi) = rest.split_once(' ').unwrap();
                self.brings.push((conda.to_string(), pypi.parse().unwrap()));
            }
            "virtual" => self.virtual_packages.push(rest.parse_virtual()),
            "want" => {
                let mut spec = MatchSpec::from_str(rest, ParseMatchSpecOptions::lenient()).unwrap();
                if let Some((name, _)) = rest.split_once("::") {
                    spec.channel = Some(Arc::new(channel(name)));
                }
                self.declare(rest, DeclaredKind::Conda(Box::new(spec)));
            }
            "pip" => self.declare(rest, DeclaredKind::Pip(Box::new(rest.parse().unwrap()))),
            "opaque" => self.declare(
                rest,
                DeclaredKind::PipOpaque(Some(rest.parse().unwrap()), MarkerTree::TRUE),
            ),
            "hash" => {
                let line = self.declared.last_mut().unwrap();
                line.hashes.push(rest.to_string());
            }
            "constrain" => {
                self.declare(
                    rest,
                    DeclaredKind::PipConstraint(Box::new(rest.parse().unwrap())),
                );
            }
            "priority" => {
                self.priority = match rest {
                    "strict" => ChannelPriority::Strict,
                    "disabled" => ChannelPriority::Disabled,
                    _ => ChannelPriority::Flexible,
                }
            }
            "option" => match rest {
                "pre" => self.pip.releases.all_releases.all = true,
                "prefer-binary" => self.pip.prefer_binary = true,
                "only-binary" => self.pip.formats.only_binary.all = true,
                other => panic!("{other}"),
            },
            "#" => {}
            other => panic!("`{other}` is no word of the language"),
        }
    }

    fn declare(&mut self, text: &str, kind: DeclaredKind) {
        let channels = match &kind {
            DeclaredKind::Conda(spec) => spec.channel.iter().map(|c| c.canonical_name()).collect(),
            _ => Vec::new(),
        };
        let text = text.to_string();
        self.declared.push(Declared {
            text,
            kind,
            channels,
            hashes: Vec::new(),
        });
    }

    fn read_record(&mut self, text: &str) {
        let (head, depends) = text.split_once(" :").unwrap_or((text, ""));
        let (depends, constrains) = depends.split_once('/').unwrap_or((depends, ""));
        let mut words = head.split_whitespace();
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        let (mut build, mut number, mut channel, mut track, mut noarch) =
            ("0", 0, "main", false, false);
        for word in words {
            match word.split_once('=') {
                Some(("build", value)) => {
                    build = value;
                    number = value.rsplit('_').next().unwrap().parse().unwrap_or(0);
                }
                Some(("channel", value)) => channel = value,
                None if word == "track" => track = true,
                None if word == "noarch" => noarch = true,
                _ => panic!("`{word}`"),
            }
        }
        let list = |text: &str| -> Vec<String> {
            text.split(';')
                .map(str::trim)
                .filter(|dep| !dep.is_empty())
                .map(String::from)
                .collect()
        };
        let filename = format!("{name}-{version}-{build}.conda");
        let record: RepoDataRecord = serde_json::from_value(serde_json::json!({
            "name": name, "version": version, "build": build, "build_number": number,
            "depends": list(depends), "constrains": list(constrains),
            "track_features": if track { name } else { "" },
            "subdir": if noarch { "noarch" } else { "linux-64" },
            "noarch": if noarch { serde_json::json!("python") } else { serde_json::Value::Null },
            "fn": filename, "url": format!("https://example.com/{channel}/linux-64/{filename}"),
            "channel": self::channel(channel).canonical_name(),
        }))
        .unwrap();
        let of_channel = |subdir: &&mut SubdirRecords| subdir.records[0].channel == record.channel;
        match self.subdirs.iter_mut().find(of_channel) {
            Some(subdir) => subdir.records.push(Arc::new(record)),
            None => self.subdirs.push([record].into_iter().collect()),
        }
    }

    fn read_release(&mut self, text: &str) {
        let (head, requires) = text.split_once(" :").unwrap_or((text, ""));
        let mut words = head.split_whitespace();
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        let name: PackageName = name.parse().unwrap();
        let version: Version = version.parse().unwrap();
        let (mut wheels, mut source, mut python, mut yanked, mut unknown) =
            (vec!["py3"], false, None, None, false);
        let mut repaired = false;
        let mut hashes = BTreeMap::new();
        for word in words {
            match word.split_once('=') {
                _ if word.starts_with("python") => python = Some(word[6..].parse().unwrap()),
                Some(("wheels", value)) => wheels = value.split(',').collect(),
                Some(("sha256", value)) => {
                    hashes.insert("sha256".to_string(), value.to_string());
                }
                None if word == "source" => (wheels, source) = (Vec::new(), true),
                None if word == "and-source" => source = true,
                None if word == "unknown" => unknown = true,
                None if word == "repaired" => repaired = true,
                None if word == "yanked" => yanked = Some("broken".to_string()),
                _ => panic!("`{word}`"),
            }
        }
        let requires = requires
            .replace("; python", "\u{1} python")
            .replace("; extra", "\u{1} extra");
        let requires_dist = requires
            .split(';')
            .map(|requirement| requirement.replace('\u{1}', ";"))
            .map(|requirement| requirement.trim().to_string())
            .filter(|requirement| !requirement.is_empty())
            .map(|requirement| requirement.parse::<Requirement<_>>().unwrap())
            .collect();
        let answer = if unknown {
            MetadataAnswer::NeedsBuild("setup.py computes it".to_string())
        } else {
            MetadataAnswer::Known(Arc::new(Metadata {
                requires_dist,
                provides_extras: Vec::new(),
                requires_python: None,
                is_repaired: repaired,
                source: MetadataSource::Wheel,
            }))
        };
        let stem = format!("{}-{version}", name.as_dist_info_name());
        let mut files: Vec<String> = wheels
            .iter()
            .map(|tag| match *tag {
                "py3" => format!("{stem}-py3-none-any.whl"),
                "win" => format!("{stem}-py3-none-win_amd64.whl"),
                // `cp310-manylinux1`; alone the tags of today's wheels.
                tag => match tag.split_once('-') {
                    Some((tag, platform)) => format!("{stem}-{tag}-{tag}-{platform}_x86_64.whl"),
                    None => format!("{stem}-{tag}-{tag}-manylinux_2_17_x86_64.whl"),
                },
            })
            .collect();
        files.extend(source.then(|| format!("{stem}.tar.gz")));
        let releases = &mut self.index.projects.entry(name).or_default().releases;
        let known = releases.get(&version);
        let mut listed = known.map_or(Vec::new(), |release| release.files().to_vec());
        for filename in files {
            self.index.metadata.insert(filename.clone(), answer.clone());
            listed.push(Arc::new(Distribution {
                support: Arc::new(Support {
                    kind: match filename.parse::<WheelFilename>() {
                        Ok(wheel) => DistributionKind::Wheel(wheel.tags),
                        Err(_) => DistributionKind::Source,
                    },
                    requires_python: python.clone(),
                }),
                url: format!("https://example.com/{filename}").parse().unwrap(),
                filename,
                yanked: yanked.clone(),
                hashes: hashes.clone(),
                has_metadata_file: true,
                metadata_hashes: BTreeMap::new(),
                upload_time: None,
                index: None,
            }));
        }
        releases.insert(version, Arc::new(Release::new(listed)));
    }

    /// Who asks for each project of a solution, as text.
    pub(crate) fn askers(&self) -> String {
        let Ok(Outcome::Solved(solution)) = self.solve() else {
            return self.answer();
        };
        let projects = askers::of_projects(&self.declared, &solution, Subdir::Linux64);
        let packages = askers::of_packages(&self.declared, &solution);
        let projects = projects
            .into_iter()
            .map(|(name, asked)| (format!("pypi:{name}"), asked));
        let mut lines: Vec<String> = packages
            .into_iter()
            .chain(projects)
            .map(|(name, asked)| {
                let chain = words::path(&asked).unwrap_or_default();
                let line = &self.declared[asked.line].text;
                format!("{name}: [{line}] {chain}").trim_end().to_string()
            })
            .collect();
        lines.sort();
        lines.join("\n")
    }

    /// The PyPI projects that a record brings: what `brings` says, else the same
    /// name for packages that require python.
    pub(crate) fn pypi_names(&self, record: &RepoDataRecord) -> Vec<PackageName> {
        let package = &record.package_record;
        let name = package.name.as_normalized();
        let mapped = self.brings.iter().filter(|(conda, _)| conda == name);
        let mapped: Vec<_> = mapped.map(|(_, project)| project.clone()).collect();
        let of_python = package.depends.iter().any(|dep| dep.starts_with("python"));
        if mapped.is_empty() && of_python {
            return name.parse().into_iter().collect();
        }
        mapped
    }

    /// Solves the declared lines; why not, where there is no solution.
    pub(crate) fn solve(&self) -> Result<Outcome, SolveError> {
        self.solve_lines(&self.declared)
    }

    /// Solves other lines in this world.
    pub(crate) fn solve_lines(&self, declared: &[Declared]) -> Result<Outcome, SolveError> {
        self.ask(declared, |problem| {
            Ok(match solve(problem)? {
                Some(solution) => Outcome::Solved(solution),
                None => Outcome::Unsolvable(explain(problem)?),
            })
        })
    }

    /// Asks something of other lines in this world.
    pub(crate) fn ask<A>(&self, declared: &[Declared], ask: impl FnOnce(&Problem<'_>) -> A) -> A {
        let target = WheelTarget::new(Subdir::Linux64, &self.virtual_packages);
        let names = |record: &RepoDataRecord| self.pypi_names(record);
        let problem = Problem {
            declared,
            world: World {
                subdirs: &self.subdirs,
                virtual_packages: &self.virtual_packages,
                channel_priority: self.priority,
                cut_off: None,
                pypi: &self.index,
                pypi_names: &names,
                channel_name: &|url| url.rsplit('/').nth(1).unwrap_or(url).to_string(),
                ratings: Default::default(),
                facts: Default::default(),
                subdir: Subdir::Linux64,
                target: &target,
                pip: self.pip.clone(),
                preferences: self.preferences.clone(),
                asked: self.asked.clone(),
                deadline: None,
            },
        };
        ask(&problem)
    }

    /// The same world with the pins of a solution, as `pin` finds them in a file.
    pub(crate) fn pinned(mut self, solution: &Solution) -> Self {
        for record in &solution.conda {
            let package = &record.package_record;
            let pin = CondaPin {
                name: package.name.as_normalized().to_string(),
                version: package.version.as_str().to_string(),
                build: Some(package.build.to_string()),
                channel: None,
                hash: None,
            };
            let channels = record.channel.iter().cloned().collect();
            let preferred = PreferredRecord { pin, channels };
            let name = preferred.pin.name.clone();
            self.preferences.conda.insert(name, preferred);
        }
        let releases = solution.pypi.iter();
        let versions = releases.map(|release| (release.name.clone(), release.version.clone()));
        self.preferences.pypi = versions.collect();
        self
    }

    /// The answer as text.
    pub(crate) fn answer(&self) -> String {
        match self.solve() {
            Ok(Outcome::Solved(solution)) => solved(&solution),
            Ok(Outcome::Unsolvable(unsolvable)) => self.unsolvable(&unsolvable),
            Err(failure) => format!("failure: {failure}"),
        }
    }

    fn unsolvable(&self, unsolvable: &Conflict) -> String {
        let mut text = "unsolvable:".to_string();
        for &line in &unsolvable.lines {
            text += &format!(" [{}]", self.declared[line].text);
        }
        for case in &unsolvable.cases {
            for fact in words::facts(case, &self.declared) {
                text += &format!("\n  {fact}");
            }
        }
        for missing in &unsolvable.missing {
            text += &format!("\n  missing: {}", missing.name);
        }
        text
    }
}

/// A channel of the world.
fn channel(name: &str) -> Channel {
    let url: url::Url = format!("https://example.com/{name}/").parse().unwrap();
    Channel::from_url(url)
}

/// A solution as text.
pub(crate) fn solved(solution: &Solution) -> String {
    let mut parts = Vec::new();
    for record in &solution.conda {
        let package = &record.package_record;
        let build = package.build.as_str();
        let build = if build == "0" {
            String::new()
        } else {
            format!("={build}")
        };
        parts.push(format!(
            "{}={}{build}",
            package.name.as_normalized(),
            package.version
        ));
    }
    for package in &solution.pypi {
        let extras: Vec<_> = package.extras.iter().map(ToString::to_string).collect();
        let extras = if extras.is_empty() {
            String::new()
        } else {
            format!("[{}]", extras.join(","))
        };
        parts.push(format!(
            "pypi:{}{extras}=={}",
            package.name, package.version
        ));
    }
    for provided in &solution.provided {
        parts.push(format!(
            "({} by conda's {})",
            provided.project, provided.conda_name
        ));
    }
    for opaque in &solution.opaque {
        parts.push(format!("({} unknown)", opaque.name));
    }
    for (project, package) in &solution.overwritten {
        parts.push(format!("({project} over conda's {package})"));
    }
    for clash in &solution.clashes {
        let (project, requirement) = (&clash.project, &clash.requirement);
        parts.push(format!(
            "({project} {} wants {requirement}, {} is there)",
            clash.version, clash.installed
        ));
    }
    parts.join(" ")
}

trait ParseVirtual {
    fn parse_virtual(&self) -> GenericVirtualPackage;
}

impl ParseVirtual for str {
    fn parse_virtual(&self) -> GenericVirtualPackage {
        let (name, version) = self.split_once('=').unwrap();
        GenericVirtualPackage {
            name: name.parse().unwrap(),
            version: version.parse().unwrap(),
            build_string: "0".parse().unwrap(),
        }
    }
}
