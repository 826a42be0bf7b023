//! What broke presolve once, or a library that it uses: each is tried in every run.

/// Requirements and lines of pip lists.
pub(super) const REQUIREMENTS: &[&str] = &[
    "numpy->=1",
    "numpy-==1.0",
    "numpy_*",
    "numpy-[a]",
    "numpy. ",
    "a[b-]",
    "a[b-",
    "a[b é]",
    "a; 'x' ~= os_name",
    "a; 'x' ~= os_name == 'y'",
    "a; os_name == 'x' é",
    "a; os_name == 'x' and\u{a0}os_name == 'y'",
    "a; python_version > '3.18446744073709551615'",
    "a; python_full_version not in '3.7+a' and python_full_version > '3'",
    "a~=1.18446744073709551615",
    "a==18446744073709551615.*",
    "a @ https://h/${PROJECT_ROOT}/a.whl",
    "${A}",
];

/// Match specs.
pub(super) const MATCH_SPECS: &[&str] = &[
    "x[version='>=1', build='^(a|b)$']",
    "x[when=\"python and (linux or ((osx)))\"]",
    "^py.*$ 1.0",
    "x >=1,(<2|3)",
];

/// Environment files.
pub(super) const ENVIRONMENTS: &[&str] = &[
    "a: &x [python, &y numpy]\nchannels: [ *y]\ndependencies: *x\n",
    "a: &x [python]\nb: {c: d}\nchannels:\n  -  *x\ndependencies: *x\n",
    "dependencies: [a, &x b, *x, c]\n",
];

/// Lines of an environment file that belong elsewhere.
pub(super) const REFUSED: &str = "  - -verify\n  - hat:\n  - -e .  # here\n  - pip install a b\n  - conda install -c d e\n  - -c f\n  - git+https://h/g\n  - &a -i\n  - \"-j\"\n";
