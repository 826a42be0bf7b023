use super::*;

const VARS: u32 = 12;

struct Random(u64);

impl Random {
    fn below(&mut self, below: u32) -> u32 {
        self.0 = (self.0)
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) % u64::from(below)) as u32
    }

    fn clause(&mut self) -> Vec<Lit> {
        let lits = (0..1 + self.below(3)).map(|_| match (self.below(VARS), self.below(2)) {
            (var, 0) => Lit::yes(var),
            (var, _) => Lit::no(var),
        });
        lits.collect()
    }
}

/// What was added to a solver.
#[derive(Default)]
struct Rules {
    groups: Vec<Vec<Var>>,
    clauses: Vec<Vec<Lit>>,
    /// Terms, peak and most of each bound.
    bounds: Vec<(Vec<Term>, u32, u64)>,
}

impl Rules {
    fn allows(&self, values: u32) -> bool {
        let is_true = |var: Var| values >> var & 1 == 1;
        let holds = |lit: &Lit| is_true(lit.var() as Var) != lit.is_negated();
        let single = |group: &Vec<Var>| group.iter().filter(|&&v| is_true(v)).count() <= 1;
        let bounded = |(terms, peak, most): &(Vec<Term>, u32, u64)| {
            let values = terms.iter().filter(|(var, _)| is_true(*var));
            let values: Vec<u32> = values.map(|&(_, count)| count).collect();
            values.iter().all(|count| count <= peak)
                && u64::from(values.iter().sum::<u32>()) <= *most
        };
        self.groups.iter().all(single)
            && (self.clauses.iter()).all(|clause| clause.iter().any(holds))
            && self.bounds.iter().all(bounded)
    }

    fn has_solution(&self) -> bool {
        (0..1 << VARS).any(|values| self.allows(values))
    }
}

#[test]
fn a_bound_has_a_solution_if_the_enumeration_has_one() {
    let mut random = Random(7);
    for _ in 0..400 {
        let groups = vec![vec![0, 1, 2], vec![3, 4, 5, 6]];
        let mut solver = Solver::new(VARS, groups.clone());
        let mut rules = Rules {
            groups,
            ..Rules::default()
        };
        for _ in 0..8 + random.below(16) {
            let clause = random.clause();
            rules.clauses.push(clause.clone());
            solver.add(clause);
        }
        for _ in 0..3 {
            let terms: Vec<Term> = (0..VARS).map(|var| (var, random.below(6))).collect();
            let terms: Vec<Term> = terms.into_iter().filter(|t| t.1 > 0).collect();
            let sum = solver.add_sum(&terms);
            for _ in 0..4 {
                let (peak, most) = (random.below(6), u64::from(random.below(20)));
                rules.bounds.push((terms.clone(), peak, most));
                let bound = solver.add_bound(sum, peak, most);
                let answer = solver.solve(&[bound], 100_000);
                let expected = rules.has_solution();
                assert_eq!(answer == Answer::Solution, expected, "{:?}", rules.bounds);
                if expected {
                    let values = (0..VARS).map(|var| u32::from(solver.is_true(var)) << var);
                    assert!(rules.allows(values.sum()));
                }
                // Every second bound with a solution stays.
                if expected && random.below(2) == 0 {
                    solver.require(bound);
                    break;
                }
                solver.withdraw(bound);
                rules.bounds.pop();
            }
        }
    }
}

#[test]
fn a_search_stops_at_its_limit() {
    // Six things in five places.
    let place = |thing: u32, place: u32| thing * 5 + place;
    let groups = (0..5).map(|p| (0..6).map(|thing| place(thing, p)).collect());
    let mut solver = Solver::new(30, groups.collect());
    for thing in 0..6 {
        solver.add((0..5).map(|p| Lit::yes(place(thing, p))).collect());
    }
    assert_eq!(solver.solve(&[], 100), Answer::Unknown);
    assert_eq!(solver.solve(&[], 1_000_000), Answer::NoSolution);
}

#[test]
fn restarts_follow_the_sequence_of_luby() {
    let lengths: Vec<u64> = (0..15).map(luby).collect();
    assert_eq!(lengths, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
}
