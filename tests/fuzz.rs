//! Hostile text for everything that reads text of strangers: nothing panics, overflows its
//! stack, takes 10 s or takes 1 GB.
//!
//! Each case is made from a seed by a few changes: from the same number always the same
//! case. A short run is part of the tests. `PRESOLVE_FUZZ_CASES=1000000 cargo test --release
//! fuzz` tries that many of each target, `PRESOLVE_FUZZ_FIRST=500000` leaves out those before
//! that one, and `PRESOLVE_SEED=7 cargo test fuzz::targets::logs`
//! tries case 7 of one target alone. What was found stands in [`corpus`], which every run
//! begins with.

mod corpus;
mod memory;
mod mutation;
mod targets;

use std::{
    io::{Seek, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    str::FromStr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) use memory::Counting;
use pep508_rs::MarkerTree;
pub(crate) use targets::zip;

use crate::random::{Random, number};

/// How many cases of each target are tried if nothing else is said.
const CASES: u64 = 300;

/// How long one case may take, in CPU time where that is known.
const TIME: Duration = Duration::from_secs(10);

/// How many bytes one case may have allocated at once.
const MEMORY: usize = 1 << 30;

/// How long a case may be. A build without optimisation is about fifteen times slower.
const LENGTH: usize = if cfg!(debug_assertions) { 8 } else { 64 } * 1024;

/// Tries many cases of a target, the seeds themselves first.
fn fuzz(target: &str, seeds: Vec<Vec<u8>>, read: impl Fn(&[u8])) {
    let begin = Instant::now();
    if let Some(case) = number("PRESOLVE_SEED") {
        let input = input(case, &seeds);
        let file = std::env::temp_dir().join(format!("{target}-{case}"));
        std::fs::write(&file, &input).expect("is written");
        println!("the case is in {}", file.display());
        return attempt(target, case, &input, &read);
    }
    let watch = Watch::new(target);
    let mut slowest = (Duration::ZERO, 0);
    let cases = number("PRESOLVE_FUZZ_CASES").unwrap_or(CASES);
    let first = number("PRESOLVE_FUZZ_FIRST").unwrap_or(0);
    for case in first..cases.max(seeds.len() as u64) {
        let input = input(case, &seeds);
        watch.begins(case);
        let start = time();
        attempt(target, case, &input, &read);
        slowest = slowest.max((time().saturating_sub(start), case));
    }
    watch.ends();
    let (time, case) = slowest;
    println!(
        "{target}: cases {first} to {cases} in {:.0?}, the slowest (case {case}) in {time:.1?}",
        begin.elapsed()
    );
}

/// The seeds in their order, then what becomes of them.
fn input(case: u64, seeds: &[Vec<u8>]) -> Vec<u8> {
    match usize::try_from(case).ok().and_then(|case| seeds.get(case)) {
        Some(seed) => seed.clone(),
        None => mutation::of(
            seeds,
            &mut Random(case.wrapping_mul(0x2545_f491_4f6c_dd1d)),
            LENGTH,
        ),
    }
}

/// The CPU time of this thread, because a busy machine makes any case slow
/// (<https://docs.kernel.org/scheduler/sched-stats.html>: the first number is in nanoseconds).
/// Where that is not known, the time since the first call.
fn time() -> Duration {
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| FIRST.elapsed(), Duration::from_nanos)
}

fn attempt(target: &str, case: u64, input: &[u8], read: &impl Fn(&[u8])) {
    memory::begin();
    let start = time();
    let answer = catch_unwind(AssertUnwindSafe(|| read(input)));
    let (time, memory) = (time().saturating_sub(start), memory::peak());
    // A panic within its lock ends pep508_rs's store of markers for the whole process, and
    // a guard around the call hides it.
    let markers = catch_unwind(|| MarkerTree::from_str("os_name == 'a'").is_ok());
    let shown = String::from_utf8_lossy(&input[..input.len().min(2000)]);
    let place = format!("{target}, PRESOLVE_SEED={case}:\n{shown}");
    assert!(answer.is_ok(), "panics: {place}");
    assert!(markers.is_ok(), "ends all markers of the process: {place}");
    assert!(time < TIME, "takes {time:?}: {place}");
    assert!(memory < MEMORY, "takes {memory} bytes: {place}");
}

/// Ends the process when a case does not end, and leaves the number of the case in a file
/// where the process ends by itself, as it does when the stack overflows.
struct Watch {
    case: Arc<AtomicU64>,
    started: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    file: std::cell::RefCell<std::fs::File>,
    path: std::path::PathBuf,
    birth: Instant,
}

impl Watch {
    fn new(target: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("presolve-fuzz-{target}-{}", std::process::id()));
        let watch = Self {
            case: Arc::default(),
            started: Arc::default(),
            is_over: Arc::default(),
            file: std::fs::File::create(&path).expect("a file").into(),
            path,
            birth: Instant::now(),
        };
        let (case, started, is_over) = (
            Arc::clone(&watch.case),
            Arc::clone(&watch.started),
            Arc::clone(&watch.is_over),
        );
        let (target, birth) = (target.to_owned(), watch.birth);
        std::thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(200));
                let started = Duration::from_millis(started.load(Ordering::Relaxed));
                if birth.elapsed() > started + 30 * TIME && !is_over.load(Ordering::Relaxed) {
                    let case = case.load(Ordering::Relaxed);
                    eprintln!("{target}, PRESOLVE_SEED={case}: does not end");
                    std::process::abort();
                }
            }
        });
        watch
    }

    fn begins(&self, case: u64) {
        let now = self.birth.elapsed().as_millis();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        self.case.store(case, Ordering::Relaxed);
        self.started.store(now, Ordering::Relaxed);
        let mut file = self.file.borrow_mut();
        file.rewind().expect("a file");
        writeln!(file, "PRESOLVE_SEED={case}").expect("is written");
    }

    fn ends(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        std::fs::remove_file(&self.path).expect("is there");
    }
}
