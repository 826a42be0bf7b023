use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "compile-error",
    message: "",
    signs: &[
        Sign::sure("error: command '").matching(r"error: command '?(?P<compiler>[^']+?)'? failed with (?:exit (?:status|code) )?-?\d+"),
        Sign::sure("error: command").matching(r"error: command \S*(?P<compiler>gcc|g\+\+|cc|c\+\+|clang|nvcc|gfortran)\S* failed with exit"),
        Sign::sure("could not compile").matching(r"error: could not compile `(?P<crate>[^`]+)`"),
        Sign::sure("ninja: build stopped"),
        Sign::likely(": *** [").matching(r"^\s*make(?:\[\d+\])?: \*\*\* \[\S+\.(?:o|lo|so|cpp|cu|c)\b[^\]]*\] Error \d+"),
        Sign::likely(": *** ").matching(r"^\s*gmake(?:\[\d+\])?: \*\*\*.*Error \d+"),
        Sign::likely("compilation terminated"),
        Sign::sure("CompileError").matching(r"(?:distutils\.errors|setuptools\.\S+)\.CompileError"),
        Sign::likely("RuntimeError: Error compiling objects for extension"),
        Sign::likely("collect2: error: ld returned"),
    ],
    explains: &["pip-build-failed", "make-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("compile_error.md"),
};
