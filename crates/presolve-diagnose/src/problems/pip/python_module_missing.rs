use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "python-module-missing",
    message: "a step needs the Python module `{module}`, which is not installed",
    signs: &[
        Sign::sure("ModuleNotFoundError").matching(r"ModuleNotFoundError: No module named ['\x22]?(?P<module>[A-Za-z_][\w]*)"),
        Sign::sure("ImportError: No module named").matching(r"ImportError: No module named ['\x22]?(?P<module>[A-Za-z_]\w*)"),
        Sign::likely("ImportError: cannot import name").matching(r"ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>\w+)"),
        Sign::likely("No module named").matching(r"python[\d.]*: No module named (?P<module>[A-Za-z_]\w*)").unless_near(&["No module named pip"]),
        Sign::likely("invalid command 'bdist_wheel'").unless_near(&["Successfully installed"]),
        Sign::likely("Please install").matching(r"[Pp]lease install (?P<module>numpy|cython|Cython|torch|setuptools|wheel|pybind11)\b").near(&["setup.py"]),
    ],
    explains: &["pip-build-failed", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("python_module_missing.md"),
};
