//! What the steps of a build do besides installing: the files that they exclude, write or
//! store for other builds, and the variables and options that they set.

use insta::assert_snapshot;

use super::Project;

const IMAGE: &str = "FROM mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1\n";
const PYTHON: &str = "FROM python:3.10-slim\n";

/// A project with these lines after the first one of its Dockerfile.
fn project(image: &str, lines: &str) -> Project {
    let project = Project::of(&["python=3.10", "pip:", "chartling"]);
    project.change("platform", None);
    project.change("virtual-packages", None);
    project.write("Dockerfile", format!("{image}{lines}"));
    project
}

/// The findings of `check`, without a solve.
fn found(project: &Project, rule: &str) -> String {
    let run = project.run(&["check", "Dockerfile", "--no-solve", "--select", rule]);
    assert_ne!(run.code, 2, "{run}");
    run.to_string()
}

const COPY_AND_CREATE: &str =
    "COPY environment.yml .\nRUN conda env create -n x -f environment.yml\n";

#[test]
fn an_excluded_file_is_not_in_the_context() {
    let project = project(IMAGE, COPY_AND_CREATE);
    project.write(".dockerignore", "# all but the code\n*\n!src\n");
    assert_snapshot!(found(&project, "missing-copy-source,missing-conda-file"), @r"
    error[missing-copy-source]: `.dockerignore` excludes `environment.yml` from the build context
     --> Dockerfile:2:6
      |
    2 | COPY environment.yml .
      |      ^^^^^^^^^^^^^^^ copied here
      |
     --> .dockerignore:2:1
      |
    2 | *
      | - excludes it
      |
      = help: remove the line from `.dockerignore`, or add an exception that begins with `!`

    error[missing-conda-file]: `environment.yml` does not come from the build context
     --> Dockerfile:3:30
      |
    3 | RUN conda env create -n x -f environment.yml
      |                              ^^^^^^^^^^^^^^^ installed here
      |
     --> .dockerignore:2:1
      |
    2 | *
      | - excludes it
      |
      = help: remove it from `.dockerignore`, or add an exception that begins with `!`

    Checked 1 file: 2 errors
    exit code 1
    ");
    project.write(".dockerignore", "*\n!environment.yml\n");
    let run = project.run(&[
        "check",
        "Dockerfile",
        "--no-solve",
        "--select",
        "missing-copy-source",
    ]);
    assert_eq!(run.code, 0, "{run}");
    // The file of the Dockerfile's own name comes first.
    project.write("Dockerfile.dockerignore", "*.yml\n");
    let run = project.pin(&["Dockerfile", "--diff"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("Dockerfile.dockerignore:1:1"), "{run}");
}

#[test]
fn a_folder_that_is_excluded_cannot_be_copied() {
    let project = project(PYTHON, "COPY data /data\nCOPY data/*.csv /data/\n");
    project.write("data/a.csv", "");
    assert!(found(&project, "missing-copy-source").contains("nothing found"));
    project.write(".dockerignore", "data\n");
    let run = found(&project, "missing-copy-source");
    assert_eq!(run.matches("error[").count(), 2, "{run}");
    project.write(".dockerignore", "data\n!data/a.csv\n");
    assert!(found(&project, "missing-copy-source").contains("nothing found"));
}

#[test]
fn files_that_the_build_writes_are_not_read() {
    let project = project(
        PYTHON,
        "COPY requirements.txt .\nRUN sed -i '/torch/d' requirements.txt\nRUN pip install -r requirements.txt\n",
    );
    project.write("requirements.txt", "chartling==5.0.0\n");
    assert_snapshot!(found(&project, "unsolved-install"), @r"
    note[unsolved-install]: presolve leaves this command out
     --> Dockerfile:4:20
      |
    3 | RUN sed -i '/torch/d' requirements.txt
      |     ---------------------------------- writes it
    4 | RUN pip install -r requirements.txt
      |                    ^^^^^^^^^^^^^^^^
      |
      = note: an earlier step writes `requirements.txt`, so only the build knows its content

    Checked 1 file: 1 note
    exit code 0
    ");
    for step in [
        "RUN echo numpy > r.txt && pip install -r r.txt\n",
        "RUN echo numpy >> requirements.txt\nRUN pip install -r requirements.txt\n",
        "RUN echo numpy | tee -a requirements.txt\nRUN pip install -r requirements.txt\n",
        "RUN printf 'numpy\\n' > /r.txt\nWORKDIR /app\nRUN pip install -r /r.txt\n",
        "RUN cat <<END > r.txt\nnumpy\nEND\nRUN pip install -r r.txt\n",
        "COPY <<END r.txt\nnumpy\nEND\nRUN pip install -r r.txt\n",
        "COPY <<r.txt /app/\nnumpy\nr.txt\nRUN pip install -r /app/r.txt\n",
        "RUN cp requirements.txt /app/ && pip install -r /app/requirements.txt\n",
        "RUN curl -sSL -o r.txt https://example.com/x && pip install -r r.txt\n",
        "RUN curl -sSLO https://example.com/r.txt && pip install -r r.txt\n",
        "RUN wget https://example.com/r.txt && pip install -r r.txt\n",
        "RUN pip-compile --output-file=r.txt in.txt && pip install -r r.txt\n",
        "RUN pip freeze > c.txt && pip install -c c.txt numpy\n",
        "RUN bash -c 'echo numpy > r.txt' && pip install -r r.txt\n",
        "RUN [\"sh\", \"-ec\", \"sed -i s/a/b/ requirements.txt\"]\nRUN pip install -r requirements.txt\n",
        "RUN perl -pi -e 's/a/b/' requirements.txt && pip install -r requirements.txt\n",
    ] {
        let text = format!("{PYTHON}COPY requirements.txt .\n{step}");
        project.write("Dockerfile", text);
        let run = found(&project, "unsolved-install");
        assert!(
            run.contains("only the build knows its content"),
            "{step}{run}"
        );
        assert!(run.contains(" writes it"), "{step}{run}");
    }
}

#[test]
fn files_that_stay_the_same_are_read() {
    let project = project(PYTHON, "");
    project.write("requirements.txt", "chartling==5.0.0\n");
    for step in [
        // Line breaks do not matter to pip.
        "COPY requirements.txt .\nRUN sed -i 's/\\r$//' requirements.txt\n",
        // The copy replaces what was there.
        "RUN echo numpy > requirements.txt\nCOPY requirements.txt .\n",
        "COPY requirements.txt .\nRUN cat requirements.txt && sed 's/a/b/' requirements.txt > other.txt\n",
        "COPY requirements.txt .\nRUN sed -i 's/a/b/' /etc/requirements.txt\n",
        "COPY requirements.txt .\nRUN chmod 644 requirements.txt\n",
    ] {
        project.write(
            "Dockerfile",
            format!("{PYTHON}{step}RUN pip install -r requirements.txt\n"),
        );
        let run = found(&project, "unsolved-install");
        assert!(run.contains("nothing found"), "{step}{run}");
    }
}

#[test]
fn a_changed_conda_file_is_not_solved() {
    let lines = "COPY environment.yml .\nRUN sed -i 's/3.10/3.11/' environment.yml\nRUN conda env create -n x\n";
    let project = project(IMAGE, lines);
    let run = project.pin(&["Dockerfile"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(
        run.stderr
            .contains("an earlier step writes `environment.yml`"),
        "{run}"
    );
}

#[test]
fn triggers_run_in_the_next_stage_alone() {
    let lines = "RUN pip install chartling==5.0.0\nONBUILD COPY nowhere.txt .\nONBUILD RUN pip install -r nowhere.txt\n";
    let project = project(PYTHON, lines);
    assert_snapshot!(found(&project, "all"), @r"
    warning[end-of-life-python]: Python 3.10 is past its end of life
     --> Dockerfile:1:6
      |
    1 | FROM python:3.10-slim
      |      ^^^^^^^^^^^^^^^^ support ended on 2026-10-31
      |
      = note: it no longer gets security fixes, and new releases of packages do not support it
      = help: move to a supported version: 3.11 to 3.15

    note[unsolved-install]: presolve leaves this command out
     --> Dockerfile:4:13
      |
    4 | ONBUILD RUN pip install -r nowhere.txt
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: `ONBUILD` runs it only in builds that start from this image

    Checked 1 file: 1 warning, 1 note
    exit code 1
    ");
    let lines = "FROM python:3.10-slim AS base\nONBUILD RUN pip install oldflow\nFROM base AS next\nFROM next\nRUN pip install chartling\n";
    project.write("Dockerfile", lines);
    let run = project.pin(&["Dockerfile", "--channel", "conda-forge"]);
    assert_eq!(run.code, 0, "{run}");
    let pinned = project.read("Dockerfile");
    assert!(
        pinned.contains("ONBUILD RUN pip install oldflow==2.8.1\n"),
        "{pinned}"
    );
}

#[test]
fn variables_of_pip_are_read_as_pip_reads_them() {
    let project = project(PYTHON, "");
    project.write("c.txt", "chartling<5\n");
    let pin = |lines: &str| {
        project.write("Dockerfile", format!("{PYTHON}{lines}"));
        project.pin(&["Dockerfile", "--diff", "--channel", "conda-forge"])
    };
    let install = "RUN pip install chartling\n";
    // Empty variables and switches that are off change nothing.
    for lines in [
        "ENV PIP_NO_INDEX=0\n",
        "ENV PIP_NO_INDEX=\n",
        "ENV PIP_NO_DEPS=off\n",
        "ARG PIP_PRE=no\n",
    ] {
        let run = pin(&format!("{lines}{install}"));
        assert!(run.stdout.contains("chartling==5.0.0"), "{lines}{run}");
    }
    let run = pin(&format!("ENV PIP_NO_INDEX 1\n{install}"));
    assert_eq!(run.code, 2, "{run}");
    let run = pin(&format!(
        "COPY c.txt /tmp/\nENV PIP_CONSTRAINT=/tmp/c.txt\n{install}"
    ));
    assert!(run.stdout.contains("chartling==4"), "{run}");
    let run = pin("COPY c.txt /tmp/\nRUN PIP_CONSTRAINT=/tmp/c.txt pip install chartling\n");
    assert!(run.stdout.contains("chartling==4"), "{run}");
    let run = pin(&format!("ENV PIP_PRE=perhaps\n{install}"));
    assert!(
        run.stderr.contains("`PIP_PRE` is neither true nor false"),
        "{run}"
    );
    for lines in [
        "ENV PIP_TARGET=/x\n",
        "ENV PIP_NO_DEPS=1\n",
        "ENV PIP_REQUIREMENT=r.txt\n",
    ] {
        let run = pin(&format!("{lines}{install}"));
        assert!(
            run.stderr.contains("changes what it installs, or where"),
            "{lines}{run}"
        );
    }
}

/// An error about an index is at the line that names it, in each kind of file.
#[test]
fn an_unknown_index_is_shown_where_it_is_named() {
    let project = project(
        PYTHON,
        "ENV PIP_INDEX_URL=https://h.invalid/simple\nRUN pip install chartling\n",
    );
    let run = project.pin(&["Dockerfile", "--channel", "conda-forge"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("--> Dockerfile:2:5"), "{run}");
    let lines =
        "RUN pip config set global.index-url https://h.invalid/simple\nRUN pip install chartling\n";
    project.write("Dockerfile", format!("{PYTHON}{lines}"));
    let run = project.pin(&["Dockerfile", "--channel", "conda-forge"]);
    assert!(
        run.stderr.contains("`https://h.invalid/simple/chartling/`"),
        "{run}"
    );
    assert!(run.stderr.contains("--> Dockerfile:2:5"), "{run}");

    let dependencies = [
        "python=3.10",
        "pip",
        "pip:",
        "-r requirements.txt",
        "chartling",
    ];
    let project = Project::of(&dependencies);
    let extra = "--extra-index-url https://u:p4ss@h.invalid/simple/\n";
    project.write("requirements.txt", extra);
    for command in ["pin", "explain"] {
        let text = project.run(&[command]).to_string();
        assert!(text.contains("requirements.txt:1:19"), "{text}");
        assert!(!text.contains("p4ss"), "{text}");
    }
    let project = Project::online(project.read("environment.yml"));
    let extra = "--extra-index-url http://127.0.0.1:1/simple/\n";
    project.write("requirements.txt", extra);
    let run = project.run(&["check", "--select", "unsolvable"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("requirements.txt:1:19"), "{run}");
}

#[test]
fn the_channel_priority_of_the_build_counts() {
    // `acme` comes first and has another numpy than conda-forge.
    let create = "RUN conda create -n x --override-channels -c acme -c conda-forge python=3.10";
    let project = project(IMAGE, "");
    let priority = |lines: &str, flags: &[&str]| {
        project.write("Dockerfile", format!("{IMAGE}{lines}\n"));
        let run = project.run(&[&["explain", "Dockerfile", "--format", "json"], flags].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        report["channel_priority"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let strict = format!("{create} --strict-channel-priority");
    assert_eq!(priority(create, &[]), "flexible");
    assert_eq!(priority(&strict, &[]), "strict");
    assert_eq!(
        priority(&strict, &["--channel-priority", "disabled"]),
        "disabled"
    );
    assert_eq!(
        priority(&format!("{create} --no-channel-priority"), &[]),
        "disabled"
    );
    for set in [
        "RUN conda config --set channel_priority strict\n",
        "RUN conda config --system --set channel_priority strict && echo done\n",
        "ENV CONDA_CHANNEL_PRIORITY=strict\n",
    ] {
        assert_eq!(priority(&format!("{set}{create}"), &[]), "strict", "{set}");
    }
    let file = format!("RUN conda config --set channel_priority strict\n{COPY_AND_CREATE}");
    assert_eq!(priority(&file, &[]), "strict");
    let late = format!("{create}\nRUN conda config --set channel_priority strict");
    assert_eq!(priority(&late, &[]), "flexible");
}

/// As in pip, an option on the command line comes before a variable.
#[test]
fn flags_come_before_the_variables_of_a_dockerfile() {
    let lines = format!("ENV PIP_INDEX_URL=https://h.invalid/simple\n{COPY_AND_CREATE}");
    let project = project(IMAGE, &lines);
    let index = super::fixtures().join("pypi");
    let index = index.display().to_string();
    let run = project.pin(&["Dockerfile", "--index-url", &index]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn variables_also_count_for_the_pip_list_of_a_conda_file() {
    let lines = format!(
        "ENV PIP_INDEX_URL=https://h.invalid/simple\nENV PIP_CONSTRAINT=c.txt\n{COPY_AND_CREATE}"
    );
    let project = project(IMAGE, &lines);
    let run = project.pin(&["Dockerfile"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("https://h.invalid/simple/chartling/"),
        "{run}"
    );
    assert!(
        run.stderr.contains("does not apply `PIP_CONSTRAINT`"),
        "{run}"
    );
    // The file is checked for the build that installs it.
    let run = project.run(&["check", "environment.yml", "Dockerfile"]);
    assert!(
        run.stderr
            .contains("the cache does not have the required data"),
        "{run}"
    );
}

#[test]
fn configuration_files_are_reported() {
    let lines = format!(
        "COPY pip.conf /etc/pip.conf\nRUN echo 'channel_priority: strict' > ~/.condarc\n{COPY_AND_CREATE}"
    );
    let project = project(IMAGE, &lines);
    let run = project.pin(&["Dockerfile", "--diff"]);
    assert_eq!(
        run.stderr
            .matches("does not read this configuration file")
            .count(),
        2,
        "{run}"
    );
}

#[test]
fn conda_in_an_image_without_it_is_an_error() {
    let project = project(PYTHON, COPY_AND_CREATE);
    assert_snapshot!(found(&project, "image-without-conda"), @r#"
    error[image-without-conda]: the image `python:3.10-slim` does not contain conda
     --> Dockerfile:3:5
      |
    1 | FROM python:3.10-slim
      |      ---------------- has no conda
    2 | COPY environment.yml .
    3 | RUN conda env create -n x -f environment.yml
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs conda
      |
      = note: no earlier step installs it, so the build stops with "conda: not found"
      = help: use an image with conda, such as `condaforge/miniforge3`, or install it first

    Checked 2 files: 1 error
    exit code 1
    "#);
    for lines in [
        "RUN apt-get update && apt-get install -y conda\n",
        "RUN wget -q https://example.com/Miniforge3.sh -O x.sh && sh x.sh -b\n",
        "COPY setup /tmp/setup\nRUN /tmp/setup/install.sh\n",
        "RUN curl -sSL https://example.com/x | bash\n",
        "COPY --from=condaforge/miniforge3 /opt /opt\n",
        "ADD https://example.com/Miniconda3-latest-Linux-x86_64.sh /tmp/\n",
    ] {
        project.write("Dockerfile", format!("{PYTHON}{lines}{COPY_AND_CREATE}"));
        let run = found(&project, "image-without-conda");
        assert!(run.contains("nothing found"), "{lines}{run}");
    }
    // The command may not run.
    project.write(
        "Dockerfile",
        format!("{PYTHON}RUN [ -x /opt/conda ] && conda install numpy\n"),
    );
    assert!(found(&project, "image-without-conda").contains("nothing found"));
}

#[test]
fn a_list_of_packages_is_not_yaml() {
    let project = project(IMAGE, "");
    let level = |image: &str, command: &str| {
        let text = format!("FROM {image}\nCOPY environment.yml .\nRUN {command}\n");
        project.write("Dockerfile", text);
        let run = found(&project, "yaml-as-package-list");
        run.split('[').next().unwrap_or_default().to_owned()
    };
    let create = "conda create -n x --file environment.yml";
    let old = "continuumio/miniconda3:24.7.1-0";
    assert_eq!(level(old, create), "error");
    assert_eq!(level("continuumio/miniconda3:py39_4.12.0", create), "error");
    assert_eq!(level("condaforge/miniforge3", create), "warning");
    assert_eq!(
        level(
            "condaforge/miniforge3:26.3.2-0",
            "conda install -y --file=environment.yml"
        ),
        "error"
    );
    for fine in [
        (old, "conda env create -n x --file environment.yml"),
        (old, "mamba create -n x --file environment.yml"),
        ("condaforge/miniforge3:26.3.2-0", create),
        ("condaforge/miniforge3:27.1.0-0", create),
    ] {
        assert!(level(fine.0, fine.1).starts_with("Checked"), "{fine:?}");
    }
}
