use crate::diagnose::{Problem, Sign};

pub(super) static PROBLEM: Problem = Problem {
    name: "compiler-missing",
    message: "a package is built from source, and the image has no `{compiler}`",
    signs: &[
        Sign::sure("unable to execute").matching(r"unable to execute '?(?P<compiler>\S*(?:gcc|g\+\+|cc|c\+\+|clang|gfortran|nvc)\S*?)'?: No such file"),
        Sign::sure("error: command '").matching(r"error: command '(?P<compiler>\S*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|gfortran|cl\.exe))'? failed: No such file"),
        Sign::sure("No such file or directory: '").matching(r"No such file or directory: '(?P<compiler>(?:\S*/)?(?:x86_64-\S+-)?(?:gcc|g\+\+|cc|c\+\+|clang|gfortran)(?:-\d+)?)'"),
        Sign::sure("not found").matching(r"(?:^|[\s:/])(?P<compiler>gcc|g\+\+|cc|c\+\+|clang|gfortran)(?:-\d+)?: (?:command )?not found"),
        Sign::sure("No working compiler found"),
        Sign::sure("no acceptable C compiler found"),
        Sign::sure("COMPILER not set").matching(r"CMAKE_\w+_COMPILER not set"),
        Sign::sure("COMPILER could be found").matching(r"No CMAKE_\w+_COMPILER could be found"),
        Sign::sure("Unknown compiler(s)").matching(r"Unknown compiler\(s\): (?P<compiler>.*)"),
        Sign::sure("is required. Get it with").matching(r"Microsoft Visual C\+\+ .* is required"),
        Sign::sure("C compiler cannot create executables"),
        Sign::sure("is not able to compile a simple test program"),
        Sign::sure("make: gcc: ").matching(r"make(?:\[\d+\])?: (?P<compiler>\S+): (?:Command not found|No such file)"),
        Sign::sure("not found").matching(r"make(?:\[\d+\])?: (?P<compiler>gcc|g\+\+|cc|c\+\+|gfortran): (?:Command not found|No such file)"),
        Sign::sure("linker `cc` not found"),
        Sign::sure("Unable to find a compiler"),
        Sign::sure("unable to find a working C").matching(r"(?i)unable to find a working C(?:\+\+)? compiler"),
        Sign::likely("Please install gcc"),
    ],
    explains: &["compile-error", "pip-build-failed", "cmake-failed", "r-package-install-failed", "command-not-found", "make-failed", "exec-format-error"],
    solvable: true,
    text: include_str!("compiler_missing.md"),
};
