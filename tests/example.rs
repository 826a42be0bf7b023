//! The example of `examples` does what it says.

use std::path::Path;

use presolve::diagnostic::FailureKind;

#[path = "../examples/solve.rs"]
#[allow(dead_code, reason = "the tests do not run its `main`")]
mod solve;

fn answer(file: &str) -> Result<Vec<String>, presolve::diagnostic::Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/quickstart");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(solve::solve(&path.join(file)))
}

#[test]
fn it_solves_both_halves() {
    let lines = answer("environment.yml").expect("a solution");
    assert!(
        lines.contains(&"numpy=1.23.5=py310_0".to_owned()),
        "{lines:?}"
    );
    assert_eq!(lines.last().map(String::as_str), Some("tomlish==1.2.0"));
}

#[test]
fn it_fails_where_there_is_no_solution() {
    let failure = answer("unsolvable.yml").expect_err("no solution");
    assert!(matches!(failure.kind, FailureKind::Unsolvable));
}
