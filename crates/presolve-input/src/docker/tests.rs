//! Tests for reading Dockerfiles, including the place of every value.

use std::{fmt::Write, path::Path, sync::Arc};

use super::{Contents, Plan, dockerfile::Dockerfile, host::DockerHost, redirection};
use presolve_spec::host::Host;
use presolve_text::{files::Fence, source::SourceFile};

fn plan(source: &Arc<SourceFile>) -> Plan {
    Plan::of(source, Path::new("."))
}

/// Formats the commands of a Dockerfile. Each argument is shown with its bytes in the
/// file.
fn commands(text: &str) -> String {
    let source = SourceFile::from_text("Dockerfile", text);
    let plan = plan(&source);
    let mut said = String::new();
    for install in &plan.installs {
        let _ = write!(
            said,
            "{:?} {:?} into {}:",
            install.tool, install.action, install.prefix
        );
        for argument in &install.specs {
            let place = &source.text()[argument.word.span.clone()];
            match &argument.value {
                Ok(value) => drop(write!(said, " {value} [{place}]")),
                Err(unknown) => drop(write!(said, " {unknown:?} [{place}]")),
            }
        }
        for (name, value) in &install.options {
            let value = value.as_ref();
            let value = value.map(|value| value.value.clone().unwrap_or_default());
            let _ = write!(said, " --{name}={}", value.unwrap_or_default());
        }
        if let Some((_, why)) = &install.unread {
            let _ = write!(said, " ({why})");
        }
        said.push('\n');
    }
    for error in &plan.dockerfile.errors {
        let _ = writeln!(said, "{}: {}", error.labels[0].location, error.message);
    }
    said
}

#[test]
fn continued_lines_keep_their_places() {
    let text = "from python:3.11\r\nRUN pip install \\\r\n    # why\r\n    'numpy>=1.2' \\  \r\n\r\n    sci\\\r\npy # the rest\r\n";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: numpy>=1.2 ['numpy>=1.2'] scipy [sci\
    py]
    ");
}

#[test]
fn the_directive_says_what_continues_a_line() {
    let text = "# escape=`\nFROM python:3.11\nRUN pip install `\n  numpy `\n  six\n";
    insta::assert_snapshot!(commands(text), @"Pip Install into base: numpy [numpy] six [six]");
}

#[test]
fn here_documents_are_scripts_or_are_not() {
    let text = "FROM python:3.11
RUN <<EOF
pip install numpy \\
  six
conda install -n x pandas
EOF
RUN cat <<-'END' > /x
\tpip install nothing
\tEND
RUN bash -e <<A
pip install scipy
A
RUN pip install last
";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: numpy [numpy] six [six]
    Conda Install into x: pandas [pandas] --name=x
    Pip Install into base: scipy [scipy]
    Pip Install into base: last [last]
    ");
}

#[test]
fn environments_are_told_apart() {
    let text = "FROM mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:1
ARG PY=3.10
ENV P=/azureml-envs/a
RUN conda create -qyp $P python=$PY 'numpy>=1' -c conda-forge && conda clean -ay
RUN pip install in-base
ENV PATH $P/bin:$PATH
RUN pip install in-a && conda run -n b --no-capture-output python -m pip install in-b
RUN . /opt/conda/bin/activate c && pip install in-c; /opt/conda/envs/d/bin/pip3 install in-d
SHELL [\"conda\", \"run\", \"-n\", \"e\", \"/bin/bash\", \"-c\"]
RUN pip install in-e
RUN [\"conda\", \"install\", \"-n\", \"f\", \"nu\\u006dpy\"]
";
    insta::assert_snapshot!(commands(text), @r#"
    Conda Create into /azureml-envs/a: python=3.10 [python=$PY] numpy>=1 ['numpy>=1'] --quiet= --yes= --prefix=/azureml-envs/a --channel=conda-forge
    Pip Install into base: in-base [in-base]
    Pip Install into /azureml-envs/a: in-a [in-a]
    Pip Install into b: in-b [in-b]
    Pip Install into c: in-c [in-c]
    Pip Install into d: in-d [in-d]
    Pip Install into e: in-e [in-e]
    Conda Install into f: numpy ["nu\u006dpy"] --name=f
    "#);
}

#[test]
fn environments_of_users_are_no_part_of_the_system() {
    let text = "FROM ubuntu:22.04
ENV PATH=/root/.local/bin:/root/.cargo/bin:/usr/local/cuda/bin:/usr/bin
RUN pip install base && /usr/bin/pip install base
RUN /home/user/venv/bin/pip install venv && /home/user/tools/bin/pip install tools
RUN /root/miniconda3/envs/x/bin/pip install x && /usr/local/miniconda3/bin/pip install base
ENV PATH=/root/miniconda3/envs/y/bin:/root/miniconda3/bin:$PATH
RUN pip install y && PATH=/home/user/.venv/bin:$PATH pip install dot-venv
";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: base [base]
    Pip Install into base: base [base]
    Pip Install into /home/user/venv: venv [venv]
    Pip Install into /home/user/tools: tools [tools]
    Pip Install into x: x [x]
    Pip Install into base: base [base]
    Pip Install into y: y [y]
    Pip Install into /home/user/.venv: dot-venv [dot-venv]
    ");
}

#[test]
fn what_is_assigned_for_a_command_holds_for_it_alone() {
    let text = "FROM ubuntu:22.04
ARG V=1
RUN V=2 P=/x/b pip install six==$V && pip install later==$V
RUN PATH=/opt/a/bin:$PATH pip install a && pip install base
";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: six==1 [six==$V]
    Pip Install into base: later==1 [later==$V]
    Pip Install into /opt/a: a [a]
    Pip Install into base: base [base]
    ");
}

#[test]
fn what_cannot_be_known_is_not_guessed() {
    let text = "FROM python:3.11
ARG LIST=\"a b\"
RUN pip install $LIST \"$(cat x)\" six==$UNKNOWN \"${ALSO:-numpy}\"
RUN for p in a b; do pip install $p; done; pip install after
RUN [ -f x ] && pip install maybe || pip install otherwise
RUN pip install --no-such-option six && conda install --no-deps pip
RUN bash -c 'pip install quoted' && pip list --outdated && pip install -t /x there
RUN curl -sSL https://x.y/z | bash
ENV PATH=$SOMEWHERE/bin:$PATH
RUN pip install somewhere
";
    insta::assert_snapshot!(commands(text), @r#"
    Pip Install into base: Several("LIST") [$LIST] Computed ["$(cat x)"] Unset("UNKNOWN") [six==$UNKNOWN] numpy ["${ALSO:-numpy}"]
    Pip Install into base: Unset("p") [$p] (it is in a loop)
    Pip Install into base: after [after]
    Pip Install into base: maybe [maybe] (it runs only under a condition)
    Pip Install into base: otherwise [otherwise] (it runs only under a condition)
    Pip Install into base: (unknown option: `--no-such-option`)
    Conda Install into base: pip [pip] --no-deps= (presolve does not work out what `--no-deps` does)
    Pip Other into $PATH: (presolve does not read commands within quotes)
    Pip Install into base: there [there] --target=/x (with `--target`, it installs for another place, platform or Python)
    Pip Install into $PATH: somewhere [somewhere] (the `PATH` that it runs with is unknown)
    "#);
}

#[test]
fn conditions_hold_for_all_that_they_lead_to() {
    let text = "FROM python:3.11
RUN [ -f x ] && pip install a && X=1 && pip install b; true && pip install c
RUN [ -f x ] && { pip install a; pip install b; } ; pip install c
RUN [ -f x ] && (cd /x && pip install a; pip install b) ; (cd /y && pip install c)
RUN f() { pip install a; }; pip install c && function g { pip install a; pip install b; }; pip install c
RUN case x in a|b) pip install a;; esac; { pip install c; }
RUN <<E
[ -f x ] &&

  pip install a
pip install c
f() {
  pip install a
}
pip install c
E
";
    let said = commands(text);
    for line in said.lines() {
        let depends = line.contains("only under a condition") || line.contains("in a function");
        assert_ne!(depends, line.contains(": c"), "{said}");
    }
    assert_eq!(said.matches(": c").count(), 8, "{said}");
    assert_eq!(said.lines().count(), 20, "{said}");
}

#[test]
fn commands_within_others_are_told_of() {
    let text = "FROM python:3.11
RUN python3 -u -I -m pip install read
RUN sudo -u app pip install 'a==2.8.*' && timeout 600 /x/bin/pip3 --quiet install b
RUN python3 -X utf8 -m pip install c; $SUDO conda env update; xargs \"$P/pip\" install
RUN su - user -c \"pip install $D\" && eval 'cd / && pip install d'
RUN uv pip install e && poetry install
RUN echo pip install f && apt-get install -y pip && sudo apt install x && timeout 5 pip list
RUN su -c 'pip list; apt install x' && pip help install && python setup.py install
";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: read [read]
    Pip Other into $PATH: (presolve does not know the command that runs it)
    Pip Other into $PATH: (presolve does not know the command that runs it)
    Pip Other into $PATH: (presolve does not know the command that runs it)
    Conda Other into $PATH: (presolve does not know the command that runs it)
    Pip Other into $PATH: (presolve does not know the command that runs it)
    Pip Other into $PATH: (presolve does not read commands within quotes)
    Pip Other into $PATH: (presolve does not read commands within quotes)
    Pip Other into $PATH: (presolve does not read commands of uv)
    Pip Other into $PATH: (presolve does not read commands of poetry)
    ");
    let dockerfile = "FROM x
RUN conda create -p /azureml-envs/x python=3.10
RUN sudo -u app conda install -p /azureml-envs/x numpy=99
";
    insta::assert_snapshot!(requirements(&[("Dockerfile", dockerfile)]), @r"
    channels []
    conda python=3.10 [python=3.10]
    unsolved-install: presolve leaves this command out
    ");
}

/// Nested parentheses, braces and quotes end at the same place as in a shell.
#[test]
fn what_is_nested_ends_where_the_shell_ends_it() {
    let text = "FROM python:3.11
RUN x=$(date +\")\") && pip install a
RUN echo \"$(echo \")\")\" ${x:-${y}} \\
    \"${x:-\"}\"}\" $((1+(2))) && pip install b
RUN x=$(case y in a) echo;; esac) && pip install c
RUN diff <(sort x) <(pip install d) && pip install e
RUN ((a); pip install f) && [[ x =~ (a|b) ]] && pip install g
RUN <<END
cat > x <<'A' <<-B && pip install h
pip install it's
A
\tB
pip install i $'it\\'s' $(cat <<A
)
A
)
END
";
    insta::assert_snapshot!(commands(text), @r#"
    Pip Install into base: a [a]
    Pip Install into base: b [b]
    Pip Install into base: c [c]
    Pip Install into base: d [d] (it is in the words of another command)
    Pip Install into base: e [e]
    Pip Install into base: f [f]
    Pip Install into base: g [g] (it runs only under a condition)
    Pip Install into base: h [h]
    Pip Install into base: i [i] Computed [$'it\'s'] Computed [$(cat <<A
    )
    A
    )]
    "#);
}

/// An unreadable installation is always reported.
#[test]
fn no_install_is_lost() {
    let nested = format!("{}pip install a{}", "$(x ".repeat(9), ")".repeat(9));
    for line in [
        "echo \"$(date && pip install a",
        "x='a && pip install a",
        "x=${y:-$(z && pip install a",
        "echo `date && pip install a",
        "echo $(pip install a)",
        "x=`cd y && pip install a`",
        "echo ${x:-$(pip install a)}",
        "for x in $(pip install a); do y; done",
        "cat > $(pip install a)",
        "$(which pip3) install a",
        "sudo \"$(command -v pip)\" install a",
        "$PIP install a",
        "\"${CONDA_EXE}\" install a",
        "[[ -f x && pip install a",
        "x && bash <<E\npip install a\nE",
        "cat <<E | sh\npip install a\nE",
        &nested,
    ] {
        let said = commands(&format!("FROM python:3.11\nRUN {line}\n"));
        assert_eq!(said.lines().count(), 1, "{line}: {said}");
        assert!(said.trim_end().ends_with(')'), "{line}: {said}");
    }
    let said = commands("FROM python:3.11\nARG PIP=\"python3 -m pip\"\nRUN $PIP install a\n");
    assert!(said.contains("does not know"), "{said}");
    let said = commands("FROM python:3.11\nRUN bash <<E && pip install b\npip install a\nE\n");
    assert_eq!(
        said,
        "Pip Install into base: a [a]\nPip Install into base: b [b]\n"
    );
}

#[test]
fn the_last_stage_and_what_it_is_built_on_count() {
    let text = "ARG BASE=python:3.11
FROM $BASE AS first
RUN pip install one
FROM ubuntu:22.04 AS other
RUN pip install two
FROM first
RUN pip install three
ONBUILD RUN pip install four
";
    insta::assert_snapshot!(commands(text), @r"
    Pip Install into base: one [one]
    Pip Install into base: three [three]
    Pip Install into base: four [four] (`ONBUILD` runs it only in builds that start from this image)
    ");
    let source = SourceFile::from_text("Dockerfile", text);
    let image = plan(&source).image().expect("it is named");
    assert_eq!(image.value.repository, "python");
    assert_eq!(image.location.text(), "$BASE");
}

#[test]
fn the_last_argument_of_a_name_counts_and_the_environment_more() {
    let text = "FROM python:3.11
ARG A=1
ARG A=2
ARG A
ENV B=1
ARG B=2
ARG C=1
ENV C=2
ARG C=3
RUN pip install a==$A b==$B c==$C
";
    insta::assert_snapshot!(commands(text), @"Pip Install into base: a==2 [a==$A] b==1 [b==$B] c==2 [c==$C]");
}

#[test]
fn what_docker_refuses_is_placed() {
    insta::assert_snapshot!(commands("RUN x\nFORM y\nFROM\nFROM z\nRUN <<EOF\nabc\n"), @r"
    Dockerfile:2:1: `FORM` is not a Dockerfile instruction
    Dockerfile:3:1: `FROM` has no arguments
    Dockerfile:5:5: the here-document `EOF` does not end
    Dockerfile:1:1: there is an instruction before the first `FROM`
    ");
    insta::assert_snapshot!(commands("# nothing\n"), @"Dockerfile:1:1: the Dockerfile has no `FROM`");
}

#[test]
fn versions_are_no_redirections() {
    let text = "FROM python:3.11
RUN pip install numpy>=1.2,<2 six >/dev/null 2>&1 && pip install pip<=20.1 a >=1 'b>=1' > log 2>x
";
    let source = SourceFile::from_text("Dockerfile", text);
    let plan = plan(&source);
    let found = plan.build.commands.iter().flat_map(redirection::of);
    let found: Vec<&str> = found.map(|span| &text[span]).collect();
    assert_eq!(found, ["numpy>=1.2,<2", "pip<=20.1", "a >=1"]);
}

#[test]
fn dockerfiles_are_told_by_name_or_by_what_they_say() {
    let is_one = |path: &str, text: &str| Dockerfile::is_one(&SourceFile::from_text(path, text));
    assert!(is_one("a/Dockerfile", ""));
    assert!(is_one("gpu.Dockerfile", "x"));
    assert!(is_one("build", "# a\nARG X\nFROM y\n"));
    assert!(!is_one("x.py", "from x import y\n"));
    assert!(!is_one("Dockerfile.dockerignore", "*.pyc\n"));
    assert!(!is_one("environment.yml", "name: x\n"));
}

/// A folder with these files, and its Dockerfile.
fn context(files: &[(&str, &str)]) -> (tempfile::TempDir, Arc<SourceFile>, DockerHost) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("writes");
    }
    let source = SourceFile::read(folder.path().join("Dockerfile"), &Fence::none()).expect("reads");
    let host = DockerHost::new(folder.path());
    (folder, source, host)
}

fn conda_file(files: &[(&str, &str)]) -> Result<String, String> {
    let (folder, source, host) = context(files);
    let plan = host.plan(&source);
    match plan.contents() {
        Ok(Contents::CondaFile(path, install)) => {
            let path = path.strip_prefix(folder.path()).expect("below");
            Ok(format!("{} for {}", path.display(), install.prefix))
        }
        Ok(Contents::Specs(_)) => Err("specs".to_owned()),
        Err(failure) => Err(failure.diagnostics[0].message.clone()),
    }
}

#[test]
fn the_conda_file_is_where_it_was_copied_from() {
    for (lines, from) in [
        ("COPY e.yml .\nRUN conda env create -n a -f e.yml", "e.yml"),
        (
            "WORKDIR /w\nCOPY e.yml ./\nRUN cd /tmp && conda env update -n a --file=/w/e.yml",
            "e.yml",
        ),
        (
            "ADD sub/*.yml /tmp/\nRUN mamba env create -n a -f /tmp/f.yml",
            "sub/f.yml",
        ),
        (
            "COPY [\"sub\", \"/tmp/s\"]\nRUN micromamba create -yn a -f /tmp/s/f.yml",
            "sub/f.yml",
        ),
        (
            "COPY . /app\nWORKDIR /app\nRUN conda env create -n a --file sub/f.yml",
            "sub/f.yml",
        ),
        (
            "COPY e.yml /tmp/other.yml\nRUN conda env create -n a -f /tmp/other.yml",
            "e.yml",
        ),
        (
            "RUN --mount=type=bind,source=sub,target=/s conda env create -n a -f /s/f.yml",
            "sub/f.yml",
        ),
    ] {
        let dockerfile = format!("FROM x\n{lines}\n");
        let files = [
            ("Dockerfile", &*dockerfile),
            ("e.yml", ""),
            ("sub/f.yml", ""),
        ];
        assert_eq!(conda_file(&files), Ok(format!("{from} for a")), "{lines}");
    }
}

#[test]
fn what_is_no_conda_file_alone_is_refused() {
    let refused = |lines: &str| {
        let dockerfile = format!("FROM x\nCOPY e.yml /\n{lines}\n");
        conda_file(&[("Dockerfile", &dockerfile), ("e.yml", "name: b\n")]).expect_err(lines)
    };
    insta::assert_snapshot!(refused("RUN conda env create -f other.yml"), @"`other.yml` does not come from the build context");
    insta::assert_snapshot!(refused("RUN conda env create -f e.yml && conda run -n b pip install six"), @"the environment comes from a conda file and from what the Dockerfile adds to it");
    insta::assert_snapshot!(refused("RUN conda env create -n a -f e.yml && conda create -n c six"), @"the Dockerfile installs into several environments, and none of them is active in the end");
    insta::assert_snapshot!(refused("RUN apt-get install -y curl"), @"the Dockerfile installs nothing with conda or pip that could be solved");
}

/// The requirements of a Dockerfile, as written.
fn requirements(files: &[(&str, &str)]) -> String {
    let (folder, source, host) = context(files);
    let reading = host.read(&source, &[]);
    let mut said = String::new();
    if let Some(read) = &reading.environment {
        let channels: Vec<&str> = read.channels.iter().map(|one| &*one.value).collect();
        let _ = writeln!(said, "channels {channels:?}");
        for line in &read.conda {
            let _ = writeln!(said, "conda {} [{}]", line.text, line.location.text());
        }
        if let Some(line) = &read.image_python {
            let _ = writeln!(said, "image {} [{}]", line.text, line.location.text());
        }
        for line in &read.pip.requirements {
            let file = line.location.file.path().file_name().unwrap_or_default();
            let file = Path::new(file).display();
            let _ = writeln!(said, "pip {} [{}] {file}", line.text, line.location.text());
        }
        for option in &read.pip.options.written {
            let _ = writeln!(said, "option {}", option.value);
        }
        for warning in &read.warnings {
            let _ = writeln!(said, "{}: {}", warning.name, warning.message);
        }
    }
    for error in &reading.errors {
        let at = error.labels.first().map(|label| label.location.text());
        let at = at.unwrap_or_default();
        let _ = writeln!(said, "{}: {} [{at}]", error.name, error.message);
    }
    said.replace(&folder.path().display().to_string(), "$CONTEXT")
}

#[test]
fn commands_of_one_environment_are_one_problem() {
    let dockerfile = "FROM mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04:1
ENV P=/envs/a PATH=/envs/a/bin:$PATH PIP_EXTRA_INDEX_URL=https://x.y/simple
RUN conda config --add channels bioconda
RUN conda create -y -p $P \"python=3.10\" conda-forge::pip -c conda-forge -c nvidia
COPY requirements.txt /tmp/
RUN pip install -U --no-cache-dir -r /tmp/requirements.txt 'numpy>=1.2' horovod[torch]==0.28.1
RUN conda install -n base pip && pip install --no-deps six
";
    let files = [
        ("Dockerfile", dockerfile),
        ("requirements.txt", "scipy\nsix  # here\n"),
    ];
    insta::assert_snapshot!(requirements(&files), @r#"
    channels ["conda-forge", "nvidia", "bioconda"]
    conda python=3.10 ["python=3.10"]
    conda conda-forge::pip [conda-forge::pip]
    pip scipy [scipy] requirements.txt
    pip six [six] requirements.txt
    pip numpy>=1.2 ['numpy>=1.2'] Dockerfile
    pip horovod[torch]==0.28.1 [horovod[torch]==0.28.1] Dockerfile
    option --extra-index-url https://x.y/simple
    unsolved-install: presolve leaves this command out
    other-environment: only the environment `a` is checked
    "#);
}

#[test]
fn an_index_of_one_command_alone_is_not_that_of_all() {
    let with = |second: &str| {
        let text = format!(
            "FROM python:3.11\nRUN PIP_INDEX_URL=https://x.y/s pip install a\nRUN {second}pip install b\n"
        );
        requirements(&[("Dockerfile", &text)])
    };
    let torn = with("");
    assert!(torn.contains("use different package indexes"), "{torn}");
    let same = with("PIP_INDEX_URL=https://x.y/s ");
    assert!(
        same.contains("option --index-url https://x.y/s\n"),
        "{same}"
    );
    assert!(!same.contains("use different"), "{same}");
}

#[test]
fn every_channel_of_a_configuration_counts() {
    let dockerfile = "FROM x
RUN conda config --add channels a --append channels z --add channels b
RUN conda create -n x python=3.10
";
    insta::assert_snapshot!(requirements(&[("Dockerfile", dockerfile)]), @r#"
    channels ["b", "a", "z"]
    conda python=3.10 [python=3.10]
    "#);
}

#[test]
fn the_image_brings_the_python_of_pip() {
    let with = |image: &str| {
        let dockerfile = format!("FROM {image}\nRUN pip install six\n");
        requirements(&[("Dockerfile", &dockerfile)])
    };
    insta::assert_snapshot!(with("python:3.11-slim"), @r"
    channels []
    image python=3.11 [python:3.11-slim]
    pip six [six] Dockerfile
    python-of-image: the image includes Python 3.11; its other packages are unknown
    ");
    insta::assert_snapshot!(with("ubuntu:22.04"), @r"
    channels []
    pip six [six] Dockerfile
    unsolved-install: the name of the image does not say which Python it has [ubuntu:22.04]
    ");
}

#[test]
fn what_is_no_requirement_is_placed() {
    let dockerfile = "FROM python:3.11
RUN pip install numpy>=1.2 six==$X -r missing.txt 'a=1'
RUN pip install --index-url https://other.y/simple b==={{latest}}
";
    insta::assert_snapshot!(requirements(&[("Dockerfile", dockerfile)]), @r"
    channels []
    image python=3.11 [python:3.11]
    pip numpy [numpy] Dockerfile
    python-of-image: the image includes Python 3.11; its other packages are unknown
    bare-redirection: the shell reads this requirement as a redirection [numpy>=1.2]
    unsolved-install: the pip commands use different package indexes, so presolve cannot solve them together [pip install --index-url https://other.y/simple b==={{latest}}]
    missing-requirements-file: `missing.txt` does not come from the build context [missing.txt]
    unsolved-install: this argument cannot be read [six==$X]
    single-equals: `a=1` is not a pip requirement [a=1]
    template-value: `b==={{latest}}` is not a pip requirement [b==={{latest}}]
    ");
}

/// For any truncated or corrupted Dockerfile, every place is inside its text.
#[test]
fn no_dockerfile_is_too_odd_to_read() {
    let text = "# escape=`\n# syntax=x\nARG A=\"b c\"\r\nFROM --platform=$A x:$A AS é\nENV P=${A:-d} Q R\n\
        RUN --mount=type=bind,target=/é `\n  # é\n  pip install -r 'é' \"a$P\" b>=1 $(x `y`) é`\nf <<-E\n\tpip\n\tE\n\
        SHELL [\"conda\", \"run\", \"-n\", \"é\"]\nRUN [\"pip\", \"install\", \"\\u00e9\"]\n\
        COPY [\"a\", \"b\"]\nADD <<E c # d\né\nE\nRUN conda create -yn é -c é é=1 && (if [ x ]; then pip install -té $; fi)\n";
    let folder = tempfile::tempdir().expect("a folder");
    let read = |text: &str| {
        let source = SourceFile::from_text(folder.path().join("Dockerfile"), text);
        let host = DockerHost::new(folder.path());
        let reading = host.read(&source, &[]);
        let errors = reading.errors.iter().flat_map(|error| &error.labels);
        let errors = errors
            .map(|label| label.location.text().len())
            .sum::<usize>();
        let plan = host.plan(&source);
        let words = plan
            .build
            .commands
            .iter()
            .flat_map(|command| &command.words);
        errors
            + words
                .map(|word| text[word.span.clone()].len())
                .sum::<usize>()
    };
    let mut lengths = 0;
    for (at, character) in text.char_indices() {
        lengths += read(&text[..at]);
        let after = &text[at + character.len_utf8()..];
        for with in ["", "\n", "\"", "'", "`", "\\", "$", "<<E"] {
            lengths += read(&format!("{}{with}{after}", &text[..at]));
        }
    }
    assert!(lengths > 0);
}

/// A parser that reads the whole line again for each word would take minutes.
#[test]
fn long_commands_are_read_in_time() {
    let words = "package-name==1.2.3 ".repeat(20_000);
    let text = format!("FROM python:3.11\nRUN pip install {words}\n");
    let source = SourceFile::from_text("Dockerfile", text);
    assert_eq!(plan(&source).installs[0].specs.len(), 20_000);
}

/// A search for the end of each construct would take hours.
#[test]
fn what_is_open_is_read_in_time() {
    for open in [
        "(",
        "((",
        "(( x ) ",
        "$(",
        "${a:-",
        "$((",
        "\"$(",
        "`",
        "<(",
        "f() {",
        "if ",
        "[[ ( ",
        "case x in a) ",
        "a <<E && ",
        "x=(",
    ] {
        let text = format!("FROM x\nRUN {}\n", open.repeat(50_000));
        let source = SourceFile::from_text("Dockerfile", text);
        assert!(plan(&source).installs.is_empty(), "{open}");
    }
}

#[test]
fn values_that_double_are_not_expanded_without_end() {
    let doubled: String = (0..60)
        .map(|n| format!("ENV A{}=$A{n}$A{n}\n", n + 1))
        .collect();
    let text = format!("FROM python:3.11\nENV A0=xxxxxxxxxx\n{doubled}RUN pip install $A60\n");
    let source = SourceFile::from_text("Dockerfile", text);
    let errors = DockerHost::new(Path::new(".")).read(&source, &[]).errors;
    let told = errors
        .iter()
        .flat_map(|error| &error.labels)
        .map(|label| &*label.text);
    assert_eq!(
        told.collect::<Vec<_>>(),
        ["the value of `A60` makes this longer than 16384 bytes"]
    );
}
