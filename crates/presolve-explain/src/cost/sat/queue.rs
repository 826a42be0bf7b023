//! The order in which variables are decided.

use super::{NONE, Var};

/// The share of a variable's weight that stays after each conflict.
const DECAY: f64 = 0.95;

/// The open variables, those that are part of the latest conflicts first.
#[derive(Default)]
pub(super) struct Queue {
    heap: Vec<Var>,
    /// The place of each variable in the heap, or `NONE`.
    places: Vec<u32>,
    weights: Vec<f64>,
    /// The weight that a conflict adds.
    step: f64,
}

impl Queue {
    pub(super) fn add(&mut self, var: Var) {
        if var as usize == self.places.len() {
            self.places.push(NONE);
            self.weights.push(0.0);
        }
        if self.places[var as usize] == NONE {
            self.heap.push(var);
            self.rise(self.heap.len() - 1);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Var> {
        let last = self.heap.pop()?;
        let Some(&first) = self.heap.first() else {
            self.places[last as usize] = NONE;
            return Some(last);
        };
        self.places[first as usize] = NONE;
        self.heap[0] = last;
        self.sink(0);
        Some(first)
    }

    /// Gives a variable more weight.
    pub(super) fn raise(&mut self, var: Var) {
        const MOST: f64 = 1e100;
        let weight = &mut self.weights[var as usize];
        *weight += self.step.max(1.0);
        if *weight > MOST {
            self.weights.iter_mut().for_each(|weight| *weight /= MOST);
            self.step /= MOST;
        }
        if self.places[var as usize] != NONE {
            self.rise(self.places[var as usize] as usize);
        }
    }

    /// Makes later conflicts weigh more.
    pub(super) fn age(&mut self) {
        self.step = self.step.max(1.0) / DECAY;
    }

    fn weight(&self, place: usize) -> f64 {
        self.weights[self.heap[place] as usize]
    }

    fn set(&mut self, place: usize, var: Var) {
        self.heap[place] = var;
        self.places[var as usize] = place as u32;
    }

    fn rise(&mut self, mut place: usize) {
        let (var, weight) = (self.heap[place], self.weight(place));
        while place > 0 && self.weight((place - 1) / 2) < weight {
            self.set(place, self.heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        self.set(place, var);
    }

    fn sink(&mut self, mut place: usize) {
        let (var, weight) = (self.heap[place], self.weight(place));
        loop {
            let mut child = 2 * place + 1;
            if child + 1 < self.heap.len() && self.weight(child + 1) > self.weight(child) {
                child += 1;
            }
            if child >= self.heap.len() || self.weight(child) <= weight {
                break;
            }
            self.set(place, self.heap[child]);
            place = child;
        }
        self.set(place, var);
    }
}
