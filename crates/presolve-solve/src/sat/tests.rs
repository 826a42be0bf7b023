use super::*;

const CANDIDATES: usize = 8;
const REQUIREMENTS: usize = 8;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn of(&mut self, variables: &[Variable]) -> Variable {
        variables[self.below(variables.len())]
    }
}

/// A solver without an encoding: requirements, candidates, and clauses of the kinds that an
/// encoding has. At most one of the first two candidates is true.
#[derive(Default)]
struct Toy {
    engine: Engine,
    clauses: Clauses,
    agenda: Agenda,
    candidates: Vec<Variable>,
    /// The requirements, each with its candidates.
    requirements: Vec<(Variable, Vec<Variable>)>,
    /// The other clauses. Each is `¬a`, `¬a ∨ ¬b`, `¬a ∨ r` or `¬a ∨ ¬b ∨ r`.
    others: Vec<Vec<Literal>>,
}

impl Toy {
    fn new(candidates: usize) -> Self {
        let mut toy = Self::default();
        toy.candidates = (0..candidates).map(|_| toy.engine.new_variable()).collect();
        toy.engine.add_group(toy.candidates[..2].to_vec());
        toy
    }

    fn require_one_of(&mut self, candidates: Vec<Variable>) -> Variable {
        let requirement = self.engine.new_variable();
        self.engine.track(requirement);
        let mut clause = vec![requirement.negative()];
        clause.extend(candidates.iter().map(|candidate| candidate.positive()));
        self.engine.add(clause);
        self.clauses.require_one_of(requirement, candidates.clone());
        self.requirements.push((requirement, candidates));
        requirement
    }

    fn add(&mut self, mut clause: Vec<Literal>) {
        clause.sort_unstable();
        clause.dedup();
        self.engine.add(clause.clone());
        self.others.push(clause);
    }

    fn add_random(&mut self, random: &mut Random) {
        let candidate = random.of(&self.candidates).negative();
        let other = random.of(&self.candidates).negative();
        let requirement = random.below(self.requirements.len());
        let required = self.requirements[requirement].0.positive();
        self.add(match random.below(12) {
            0 if random.below(3) == 0 => vec![candidate],
            0..6 => vec![candidate, other],
            6..9 => vec![candidate, required],
            _ => vec![candidate, other, required],
        });
    }

    /// Whether an assignment satisfies everything.
    fn is_satisfied(&self, is_true: &dyn Fn(Variable) -> bool) -> bool {
        let holds = |literal: &Literal| is_true(literal.variable()) == literal.is_positive();
        let pair = self.candidates[..2].iter();
        let is_met = |(requirement, candidates): &(Variable, Vec<Variable>)| {
            !is_true(*requirement) || candidates.iter().any(|candidate| is_true(*candidate))
        };
        pair.filter(|candidate| is_true(**candidate)).count() <= 1
            && self.others.iter().all(|clause| clause.iter().any(holds))
            && self.requirements.iter().all(is_met)
    }

    /// Whether a choice of candidates meets these requirements and those that follow.
    fn has_solution(&self, asked: &[Literal]) -> bool {
        (0..1 << self.candidates.len()).any(|choice: usize| {
            let is_chosen = |variable: Variable| choice >> variable.index() & 1 == 1;
            let follows = |requirement: Variable| {
                self.others.iter().any(|clause| {
                    let mut premises = clause.iter().filter(|literal| !literal.is_positive());
                    clause.contains(&requirement.positive())
                        && premises.all(|literal| is_chosen(literal.variable()))
                })
            };
            self.is_satisfied(&|variable| match variable.index() < self.candidates.len() {
                true => is_chosen(variable),
                false => asked.contains(&variable.positive()) || follows(variable),
            })
        })
    }

    /// Visits all literals; returns the first conflict.
    fn propagate(&mut self) -> Option<Conflict> {
        let mut conflict = self.engine.violated();
        while let (None, Some(literal)) = (conflict, self.engine.next_literal()) {
            conflict = self.engine.visit(literal);
        }
        conflict
    }

    /// Searches as the solver does, and adds clauses between the decisions. Returns the
    /// assumptions to blame if there is no solution.
    fn search(&mut self, asked: &[Literal], random: &mut Random) -> Option<Vec<Literal>> {
        self.agenda.clear();
        loop {
            if let Some(conflict) = self.propagate() {
                assert!(self.engine.learn(conflict));
            } else if self.others.len() < 40 && random.below(4) == 0 {
                self.add_random(random);
            } else if let Some(&assumption) = asked.get(self.engine.level()) {
                match self.engine.value(assumption) {
                    None => self.engine.decide(assumption),
                    Some(true) => self.engine.open_level(),
                    Some(false) => return Some(self.engine.excluded_by(assumption)),
                }
            } else {
                let next = self.agenda.next(&mut self.engine, &mut self.clauses);
                self.engine.decide(next?.positive());
            }
        }
    }
}

#[test]
fn questions_are_answered_as_by_brute_force() {
    let (mut solved, mut refuted) = (0, 0);
    for seed in 0..600 {
        let random = &mut Random(seed);
        let mut toy = Toy::new(CANDIDATES);
        for _ in 0..REQUIREMENTS {
            let mut candidates: Vec<_> = (0..1 + random.below(4))
                .map(|_| random.of(&toy.candidates))
                .collect();
            candidates.sort_unstable();
            candidates.dedup();
            toy.require_one_of(candidates);
        }
        for _ in 0..10 {
            let asked: Vec<Literal> = (0..1 + random.below(REQUIREMENTS))
                .map(|_| random.below(REQUIREMENTS))
                .map(|requirement| toy.requirements[requirement].0.positive())
                .collect();
            match toy.search(&asked, random) {
                None => {
                    solved += 1;
                    let is_true = |variable| toy.engine.is_true(variable);
                    assert!(toy.is_satisfied(&is_true), "seed {seed}");
                    assert!(asked.iter().all(|literal| is_true(literal.variable())));
                }
                Some(blamed) => {
                    refuted += 1;
                    assert!(blamed.iter().all(|literal| asked.contains(literal)));
                    assert!(!toy.has_solution(&blamed), "seed {seed}");
                }
            }
            toy.engine.return_to(0);
        }
    }
    assert!(solved > 1_000 && refuted > 1_000, "{solved}, {refuted}");
}

/// After a conflict that undoes a single level and one that undoes an assumption, a requirement
/// of an earlier assumption is open again.
#[test]
fn a_requirement_that_is_open_again_is_met() {
    let mut toy = Toy::new(9);
    let [_, _, best, other, second, filler, before_last, last, end] = toy.candidates[..] else {
        panic!();
    };
    let choices = [vec![best, other], vec![second], vec![filler]];
    let choices = choices.into_iter().chain([vec![before_last], vec![last]]);
    let asked: Vec<Variable> = choices.map(|some| toy.require_one_of(some)).collect();
    let end = toy.require_one_of(vec![end, toy.candidates[0]]);
    let settle = |toy: &mut Toy| {
        loop {
            if let Some(conflict) = toy.propagate() {
                assert!(toy.engine.learn(conflict));
            } else if let Some(&required) = asked.get(toy.engine.level()) {
                toy.engine.decide(required.positive());
            } else {
                return toy.agenda.next(&mut toy.engine, &mut toy.clauses);
            }
        }
    };
    assert_eq!(settle(&mut toy), Some(best));
    toy.engine.decide(best.positive());
    assert_eq!(settle(&mut toy), None);
    // The second assumption excludes `best`. Many levels are between them, so one is undone.
    toy.engine.imply(second.positive(), best.negative());
    assert_eq!(settle(&mut toy), None);
    assert!(toy.engine.is_true(other));
    // The last but one excludes what the last one needs, unless something else is chosen.
    toy.engine.imply(asked[4].positive(), end.positive());
    let chosen = settle(&mut toy).expect("a candidate");
    toy.engine.decide(chosen.positive());
    toy.engine.imply(before_last.positive(), chosen.negative());
    while let Some(candidate) = settle(&mut toy) {
        toy.engine.decide(candidate.positive());
    }
    for required in &asked {
        assert!(toy.clauses.is_met(&toy.engine, *required), "{required:?}");
    }
}

#[test]
fn clauses_that_were_added_late_apply_after_a_return() {
    let engine = &mut Engine::default();
    let [first, second, third, implied, required, fact] = [(); 6].map(|()| engine.new_variable());
    for variable in [first, second, third] {
        engine.decide(variable.positive());
    }
    engine.imply(first.positive(), implied.positive());
    engine.add(vec![
        first.negative(),
        second.negative(),
        required.positive(),
    ]);
    engine.assert(fact.positive());
    for level in [3, 2] {
        engine.return_to(level);
        while let Some(literal) = engine.next_literal() {
            assert!(engine.visit(literal).is_none());
        }
        let known = [implied, required, fact].map(|variable| engine.is_true(variable));
        assert_eq!(known, [true; 3], "level {level}");
    }
}
