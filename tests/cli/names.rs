//! Names that stand for another package: of modules, of placeholders, misspelt ones.

use super::Project;

/// The first fix of an unsolvable file, in one line.
fn first_fix(project: &Project) -> String {
    let run = project.run(&["explain", "environment.yml"]);
    assert_eq!(run.code, 1, "{run}");
    let text = format!("{}{}", run.stdout, run.stderr);
    let at = text.find("1. ").unwrap_or_else(|| panic!("no fix: {run}"));
    text[at..].lines().next().expect("a line").trim().to_owned()
}

#[test]
fn a_module_in_the_pip_list_becomes_the_project_that_provides_it() {
    let of = |line| first_fix(&Project::of(&["python=3.12", "pip:", line]));
    assert!(of("yaml==6.0").contains("write `PyYAML==6.0` instead of `yaml==6.0`"));
    assert!(of("cv2").contains("write `opencv-python` instead of `cv2`"));
    // The version of a placeholder is not one of the project.
    let marked = of("cv2==1.0; python_version > '3'");
    assert!(
        marked.contains("write `opencv-python; python_version > '3'`"),
        "{marked}"
    );
}

#[test]
fn a_name_that_is_right_in_the_other_half_becomes_that_of_this_one() {
    let torch = first_fix(&Project::of(&["python=3.12", "torch"]));
    assert!(
        torch.contains("write `pytorch` instead of `torch`"),
        "{torch}"
    );
    let yaml = first_fix(&Project::of(&["python=3.8", "yaml=5.3.1"]));
    assert!(
        yaml.contains("write `pyyaml=5.3.1` instead of `yaml=5.3.1`"),
        "{yaml}"
    );
}

#[test]
fn a_misspelt_project_becomes_the_popular_one_that_the_index_has() {
    let of = |line| first_fix(&Project::of(&["python=3.12", "pip:", line]));
    let fix = of("opencv-pyton==4.9.0.80");
    assert!(fix.contains("write `opencv-python==4.9.0.80`"), "{fix}");
    // It is spelt like requests, which this index does not have.
    let fix = of("reqeusts");
    assert!(fix.contains("drop `reqeusts`"), "{fix}");
}

#[test]
fn each_unknown_name_has_its_own_source() {
    let project = Project::of(&["python=3.9", "opencv_python", "scikit_thing"]);
    project.channel("mine", "linux-64", &[]);
    let records: [(&str, &str, &str, &[&str]); 2] = [
        ("opencv-python", "4.0", "0", &["python >=3.13"]),
        ("scikit-thing", "1.0", "0", &["python"]),
    ];
    project.channel("mine", "noarch", &records);
    let text = project.read("environment.yml");
    project.write(
        "environment.yml",
        text.replace("conda-forge, ", "conda-forge, ./mine, "),
    );
    let run = project.run(&["explain", "environment.yml"]);
    assert_eq!(run.code, 1, "{run}");
    let text = format!("{}{}", run.stdout, run.stderr);
    assert!(
        text.contains("write `scikit-thing` instead of `scikit_thing`"),
        "{run}"
    );
    assert!(
        text.contains("move `opencv_python` to the pip list as `opencv-python`"),
        "{run}"
    );
}

#[test]
fn a_diagnostic_asks_for_the_intended_name() {
    let run = Project::of(&["python=3.12", "pip:", "cv2"]).pin(&[]);
    assert!(
        run.stderr.contains("= help: did you mean `opencv-python`?"),
        "{run}"
    );
    let run = Project::of(&["python=3.12", "yaml"]).pin(&[]);
    assert!(
        run.stderr.contains("= help: did you mean `pyyaml`?"),
        "{run}"
    );
}
