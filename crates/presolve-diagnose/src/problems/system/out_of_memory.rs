use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "out-of-memory",
    message: "",
    signs: &[
        Sign::sure("CondaMemoryError"),
        Sign::sure("The conda process ran out of memory"),
        Sign::sure("MemoryError").matching(r"^\W*(?:\w+\.)*MemoryError\b"),
        Sign::sure("Killed")
            .matching(r"(?:^|[.|\\/%-]\s*|\bdone\s+)Killed\s*$|: (?:line \d+: +)?\d+ Killed\s"),
        Sign::sure("non-zero code: 137"),
        Sign::sure("exit code: 137"),
        Sign::sure("exit code 137"),
        Sign::sure("exit status 137"),
        Sign::likely("failed with exit code: 247"),
        Sign::likely("failed with exit code: -9"),
        Sign::likely("failed with exit code 247"),
        Sign::sure("exited with code 137"),
        Sign::sure("Killed signal terminated program"),
        Sign::sure("internal compiler error: Killed"),
        Sign::sure("virtual memory exhausted: Cannot allocate memory"),
        Sign::sure("Cannot allocate memory")
            .matching(r"(?:\[Errno 12\] |fork: |mmap.*|: )Cannot allocate memory"),
        Sign::sure("std::bad_alloc"),
        Sign::sure("OOMKilled"),
        Sign::sure("JavaScript heap out of memory"),
        Sign::sure("signal: 9, SIGKILL"),
        Sign::likely("died with <Signals.SIGKILL"),
        Sign::sure("ResourceExhausted").matching(r"(?i)cannot allocate memory"),
        Sign::likely("Out of memory")
            .matching(r"(?i)\bout of memory\b")
            .unless_near(&["CUDA out of memory"]),
    ],
    explains: &[
        "solve-timeout",
        "solve-conflict-hang",
        "conda-unexpected-error",
        "compile-error",
        "pip-build-failed",
        "make-failed",
        "conda-link-failed",
        "build-timeout",
        "pip-os-error",
        "cmake-failed",
        "horovod-build",
        "unsatisfiable",
    ],
    solvable: true,
    of_the_search: true,
    text: include_str!("out_of_memory.md"),
};
