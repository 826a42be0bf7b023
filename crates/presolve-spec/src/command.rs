//! Install commands and their options in the place of a dependency: `pip install numpy`,
//! `conda install -c conda-forge numpy`, `-c conda-forge`.

/// What an entry of a dependency list installs, if it is a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program that it calls; `None` if the entry has only options of conda.
    pub program: Option<Program>,
    /// The match specs for conda.
    pub conda: Vec<String>,
    /// The channels of `-c`.
    pub channels: Vec<String>,
    /// The lines for the pip list.
    pub pip: Vec<String>,
    /// The command has an option that an environment file cannot express.
    pub has_other_options: bool,
}

/// A program that installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// conda, mamba or micromamba.
    Conda,
    /// pip, also as `python -m pip` and `uv pip`.
    Pip,
    /// The package manager of an operating system or another language. Its packages have no
    /// place in an environment file.
    Other,
}

impl Program {
    /// Returns the name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Program::Conda => "conda",
            Program::Pip => "pip",
            Program::Other => "another program",
        }
    }
}

/// Parses an entry of the conda dependencies or of a pip list. `None` if it is neither a
/// command nor an option of conda.
pub fn parse(text: &str) -> Option<Command> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match program(&words) {
        Some((Program::Pip, arguments)) => Some(of_pip(arguments)),
        Some((Program::Conda, arguments)) => Some(Command {
            program: Some(Program::Conda),
            ..of_conda(arguments)
        }),
        Some((Program::Other, _)) => Some(Command {
            program: Some(Program::Other),
            has_other_options: true,
            ..Command::default()
        }),
        None => of_options(&words),
    }
}

/// Returns the program of a command and its arguments.
fn program<'w, 't>(words: &'w [&'t str]) -> Option<(Program, &'w [&'t str])> {
    // Notebooks write `!pip` and `%conda`.
    let first = words.first()?.trim_start_matches(['!', '%', '$']);
    let rest = match first {
        "" | "sudo" => return program(&words[1..]),
        "python" | "python3" if words[1..].starts_with(&["-m"]) => return program(&words[2..]),
        "uv" => return program(&words[1..]),
        _ => &words[1..],
    };
    let is_pip = first
        .strip_prefix("pip")
        .is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'));
    let program = match first {
        "conda" | "mamba" | "micromamba" => Program::Conda,
        "apk" | "apt" | "apt-get" | "brew" | "dnf" | "npm" | "yum" => Program::Other,
        _ if is_pip => Program::Pip,
        _ => return None,
    };
    let (command, arguments) = rest.split_first()?;
    // Alpine's package manager has `apk add`.
    matches!(*command, "install" | "add").then_some((program, arguments))
}

/// Reads match specs with `-c`, or `-c` alone: `numpy -c conda-forge`.
fn of_options(words: &[&str]) -> Option<Command> {
    let first = words.iter().position(|word| is_channel_option(word))?;
    let (spec, options) = words.split_at(first);
    let command = of_conda(options);
    let is_plain = command.conda.is_empty() && !command.has_other_options;
    if !is_plain || command.channels.is_empty() || command.channels.iter().any(|c| is_file(c)) {
        return None;
    }
    let spec = spec.join(" ");
    Some(Command {
        conda: if spec.is_empty() {
            Vec::new()
        } else {
            vec![spec]
        },
        ..command
    })
}

/// Whether a word is conda's `--channel`. pip's `-c` names a file of constraints instead.
fn is_channel_option(word: &str) -> bool {
    word == "-c" || word == "--channel" || word.starts_with("--channel=")
}

/// Whether the value of `-c` is a file of constraints for pip.
fn is_file(value: &str) -> bool {
    let path = value.split(['#', '?']).next().unwrap_or_default();
    [".txt", ".in", ".pip", ".lock"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// conda's options that an environment file does not need
/// (<https://docs.conda.io/projects/conda/en/stable/commands/install.html>).
const OF_CONDA: [&str; 5] = ["-y", "--yes", "-q", "--quiet", "--update-deps"];

/// conda's options with the environment as their value, which the file does not need.
const PLACES: [&str; 4] = ["-n", "--name", "-p", "--prefix"];

fn of_conda(arguments: &[&str]) -> Command {
    let mut command = Command::default();
    let mut arguments = arguments.iter().copied();
    while let Some(argument) = arguments.next() {
        if let Some(channel) = argument.strip_prefix("--channel=") {
            command.channels.push(channel.to_owned());
        } else if is_channel_option(argument) {
            command.channels.extend(arguments.next().map(str::to_owned));
        } else if PLACES.contains(&argument) {
            arguments.next();
        } else if argument.starts_with('-') {
            command.has_other_options |= !OF_CONDA.contains(&argument);
        } else {
            command.conda.push(argument.to_owned());
        }
    }
    command
}

/// pip's options that a requirements file has, with a value
/// (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).
const WITH_VALUE: [&str; 12] = [
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-r",
    "--requirement",
    "-e",
    "--editable",
    "--no-binary",
    "--only-binary",
    "--trusted-host",
];

/// pip's options that a requirements file has, without a value.
const WITHOUT_VALUE: [&str; 4] = ["--no-index", "--pre", "--prefer-binary", "--require-hashes"];

/// pip's options that do not change what it installs into a new environment
/// (<https://pip.pypa.io/en/stable/cli/pip_install/>).
const OF_PIP: [&str; 12] = [
    "-U",
    "--upgrade",
    "-q",
    "--quiet",
    "-v",
    "--verbose",
    "-y",
    "--yes",
    "--user",
    "--no-cache-dir",
    "--no-input",
    "--progress-bar=off",
];

fn of_pip(arguments: &[&str]) -> Command {
    let mut command = Command {
        program: Some(Program::Pip),
        ..Command::default()
    };
    let mut options = Vec::new();
    let mut arguments = arguments.iter().copied();
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        let has_value = argument.len() > name.len();
        if matches!(name, "-c" | "--constraint") || WITH_VALUE.contains(&name) {
            let value = arguments.next().filter(|_| !has_value);
            let value = value.map(|value| format!(" {value}")).unwrap_or_default();
            let is_line = matches!(name, "-e" | "--editable" | "-r" | "--requirement");
            let list = if is_line {
                &mut command.pip
            } else {
                &mut options
            };
            list.push(format!("{argument}{value}"));
        } else if WITHOUT_VALUE.contains(&argument) {
            options.push(argument.to_owned());
        } else if argument.starts_with('-') {
            command.has_other_options |= !OF_PIP.contains(&argument);
        } else {
            command.pip.push(argument.to_owned());
        }
    }
    options.append(&mut command.pip);
    command.pip = options;
    command
}

/// Splits a text at its blanks. Quotes hold a word together and are removed.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in text.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if matches!(c, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the parts of a command in one line.
    fn shown(text: &str) -> String {
        let Some(command) = parse(text) else {
            return "none".to_owned();
        };
        let program = command.program.map_or("-", Program::name);
        let parts = [
            ("conda", &command.conda),
            ("channels", &command.channels),
            ("pip", &command.pip),
        ];
        let parts = parts.iter().filter(|(_, texts)| !texts.is_empty());
        let parts: String = parts
            .map(|(name, texts)| format!("; {name}: {}", texts.join(" | ")))
            .collect();
        let other = if command.has_other_options {
            "; other"
        } else {
            ""
        };
        format!("{program}{parts}{other}")
    }

    #[test]
    fn commands_are_read_like_a_shell_and_the_program_do() {
        for (text, meant) in [
            ("pip install rich", "pip; pip: rich"),
            (
                "!pip3 install -U rich 'toml>=0.10'",
                "pip; pip: rich | toml>=0.10",
            ),
            (
                "python -m pip install -r requirements.txt",
                "pip; pip: -r requirements.txt",
            ),
            (
                "pip install torch==2.1.0 --index-url https://example.com/whl",
                "pip; pip: --index-url https://example.com/whl | torch==2.1.0",
            ),
            (
                "pip install -c limits.txt rich --extra-index-url=https://example.com",
                "pip; pip: -c limits.txt | --extra-index-url=https://example.com | rich",
            ),
            ("pip install --no-deps rich", "pip; pip: rich; other"),
            ("conda install numpy", "conda; conda: numpy"),
            (
                "mamba install -y -n base -c conda-forge \"numpy >=1.20\" scipy",
                "conda; conda: numpy >=1.20 | scipy; channels: conda-forge",
            ),
            (
                "conda install --freeze-installed numpy",
                "conda; conda: numpy; other",
            ),
            ("apt-get install -y gcc", "another program; other"),
            ("-c conda-forge", "-; channels: conda-forge"),
            ("--channel=conda-forge", "-; channels: conda-forge"),
            (
                "numpy >=1.20 -c conda-forge",
                "-; conda: numpy >=1.20; channels: conda-forge",
            ),
            ("-c limits.txt", "none"),
            ("-c https://example.com/limits.txt", "none"),
            ("pip", "none"),
            ("pip 24.0", "none"),
            ("pip-tools install", "none"),
            ("conda", "none"),
            ("conda 24.1", "none"),
            ("-e .", "none"),
            ("numpy", "none"),
            ("", "none"),
        ] {
            assert_eq!(shown(text), meant, "{text}");
        }
    }
}
