//! All integration tests in one binary: the crates below take long to link.

mod boundary;
mod cli;
mod codes;
mod conda_parity;
mod cost;
mod example;
mod explanations;
// They limit presolve by `sh`, and measure it in `/proc`.
#[cfg(unix)]
mod faults;
mod fixes;
mod fuzz;
mod joint;
mod kinds;
mod links;
mod logs;
mod oracle;
mod pip_options;
mod pips;
mod random;
mod real_specs;
mod registries;
mod release;
mod sources;
mod workspace;
mod world;

#[global_allocator]
static ALLOCATOR: fuzz::Counting = fuzz::Counting;
