use super::*;

const REQUIREMENTS: usize = 6;
const CANDIDATES: usize = 7;

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

/// Clauses of the kinds that an encoding has, and two candidates of which at most one is true.
struct Formula {
    requirements: Vec<Variable>,
    candidates: Vec<Variable>,
    clauses: Vec<Vec<Literal>>,
}

impl Formula {
    fn new(engine: &mut Engine) -> Self {
        let mut new = |count| (0..count).map(|_| engine.new_variable()).collect();
        let (requirements, candidates): (Vec<_>, Vec<_>) = (new(REQUIREMENTS), new(CANDIDATES));
        for requirement in &requirements {
            engine.track(*requirement);
        }
        engine.add_group(candidates[..2].to_vec());
        Self {
            requirements,
            candidates,
            clauses: Vec::new(),
        }
    }

    /// Returns a new clause.
    fn clause(&mut self, random: &mut Random) -> Vec<Literal> {
        let candidate = random.of(&self.candidates).negative();
        let other = random.of(&self.candidates).negative();
        let required = random.of(&self.requirements);
        let mut clause = match random.below(12) {
            0 if random.below(3) == 0 => vec![candidate],
            1 => vec![candidate, other],
            0 | 2 => vec![candidate, required.positive()],
            3..6 => vec![candidate, other, required.positive()],
            _ => {
                let mut clause = vec![required.negative()];
                for _ in 0..random.below(4) {
                    clause.push(random.of(&self.candidates).positive());
                }
                clause
            }
        };
        clause.sort_unstable();
        clause.dedup();
        self.clauses.push(clause.clone());
        clause
    }

    /// Whether all clauses are satisfied and all assumptions true.
    fn is_satisfied(&self, is_true: impl Fn(Variable) -> bool, assumptions: &[Literal]) -> bool {
        let holds = |literal: &Literal| is_true(literal.variable()) == literal.is_positive();
        let pair = &self.candidates[..2];
        !pair.iter().all(|candidate| is_true(*candidate))
            && assumptions.iter().all(holds)
            && self.clauses.iter().all(|clause| clause.iter().any(holds))
    }

    fn has_solution(&self, assumptions: &[Literal]) -> bool {
        (0..1 << (REQUIREMENTS + CANDIDATES)).any(|assignment: usize| {
            let is_true = |variable: Variable| assignment >> variable.index() & 1 == 1;
            self.is_satisfied(is_true, assumptions)
        })
    }

    /// A candidate for a requirement that is true and not met.
    fn decision(&self, engine: &Engine) -> Option<Literal> {
        let of_requirements = self.clauses.iter().filter(|clause| {
            let required = clause[0].variable();
            !clause[0].is_positive() && engine.tracked().contains(&required)
        });
        let is_true = |literal: &Literal| engine.value(*literal) == Some(true);
        let mut unmet = of_requirements.filter(|clause| !clause.iter().any(is_true));
        let mut candidates = unmet.next()?[1..].iter().copied();
        candidates.find(|literal| engine.value(*literal).is_none())
    }
}

/// Searches as the solver does, and adds the clauses of `later` between the decisions. Returns
/// the assumptions to blame if there is no solution.
fn search(
    engine: &mut Engine,
    formula: &mut Formula,
    assumptions: &[Literal],
    random: &mut Random,
) -> Option<Vec<Literal>> {
    loop {
        let mut conflict = engine.violated();
        while let (None, Some(literal)) = (conflict, engine.next_literal()) {
            conflict = engine.visit(literal);
        }
        if let Some(conflict) = conflict {
            if !engine.learn(conflict) {
                return Some(Vec::new());
            }
        } else if random.below(3) == 0 {
            engine.add(formula.clause(random));
        } else if let Some(&assumption) = assumptions.get(engine.level()) {
            match engine.value(assumption) {
                None => engine.decide(assumption),
                Some(true) => engine.open_level(),
                Some(false) => return Some(engine.excluded_by(assumption)),
            }
        } else {
            match formula.decision(engine) {
                Some(literal) => engine.decide(literal),
                None => return None,
            }
        }
    }
}

#[test]
fn questions_are_answered_as_by_brute_force() {
    let (mut solved, mut refuted) = (0, 0);
    for seed in 0..600 {
        let random = &mut Random(seed);
        let engine = &mut Engine::default();
        let formula = &mut Formula::new(engine);
        for _ in 0..10 {
            let assumptions: Vec<Literal> = (0..1 + random.below(4))
                .map(|_| random.of(&formula.requirements).positive())
                .collect();
            match search(engine, formula, &assumptions, random) {
                None => {
                    solved += 1;
                    let is_true = |variable| engine.is_true(variable);
                    assert!(formula.is_satisfied(is_true, &assumptions), "seed {seed}");
                }
                Some(blamed) => {
                    refuted += 1;
                    assert!(blamed.iter().all(|literal| assumptions.contains(literal)));
                    assert!(!formula.has_solution(&blamed), "seed {seed}");
                    if blamed.is_empty() {
                        break;
                    }
                }
            }
            engine.return_to(0);
        }
    }
    assert!(solved > 1_000 && refuted > 1_000, "{solved}, {refuted}");
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
