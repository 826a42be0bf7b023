//! What classic conda would cost: worlds small enough to count by hand, and the
//! prediction beside measured runs.

mod timings;
mod worlds;
