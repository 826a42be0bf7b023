//! Which changes are proposed for a world without a solution.

use insta::assert_snapshot;
use presolve::{
    explain::proposals,
    problem::{Problem, explain_all},
};

use crate::world::ToyWorld;

/// The proposals, one a line: what each line becomes.
fn proposed(world: &str) -> String {
    let world = ToyWorld::new(world);
    let mut cores = Vec::new();
    let explained = world.ask(&world.declared, |problem: &Problem<'_>| {
        explain_all(problem, &[], &mut |conflict| cores.push(conflict.lines))
    });
    explained.unwrap();
    let mut found = Vec::new();
    let ended = world.ask(&world.declared, |problem: &Problem<'_>| {
        proposals(problem, &cores, &|_| true, &mut found)
    });
    ended.unwrap();
    let mut text = String::new();
    for proposal in &found {
        let together = proposal.together.iter().flat_map(|moved| &moved.lines);
        let together: Vec<&str> = together.map(|(_, with)| with.text.as_str()).collect();
        if !together.is_empty() {
            text += &format!("[{}] ", together.join(", "));
        }
        for line in &proposal.lines {
            let before = &world.declared[line.line].text;
            let after = line.with.as_ref().map_or("gone", |with| &with.text);
            text += &format!("{before} -> {after}; ");
            if let Some(skipped) = &line.skips {
                text += &format!("past {skipped}; ");
            }
        }
        text = text.trim_end_matches([' ', ';']).to_string() + "\n";
    }
    text
}

const FAMILY: &str = "
    conda python 3.10
    pypi azure-core 1.0 : base<2
    pypi azure-core 1.5 : base<2
    pypi azure-core 2.0 : base>=2
    pypi azure-core 2.0.1 : base>=2
    pypi azure-core 3.0 : base>=2
    pypi azure-train 1.0 : azure-core==1.0
    pypi azure-train 1.5 : azure-core==1.5
    pypi azure-train 2.0 : azure-core==2.0
    pypi azure-train 2.0.1 : azure-core==2.0.1
    pypi azure-train 3.0 : azure-core==3.0
    pypi base 2.0
    want python
    pip azure-core==1.0
    pip azure-train==1.0
    pip base==2.0
";

#[test]
fn a_family_moves_to_the_nearest_version_that_does_and_its_newest_patch() {
    assert_snapshot!(proposed(FAMILY), @"
    [azure-core==2.0.1, azure-train==2.0.1]
    azure-core==1.0 -> azure-core==2.0.1; past 1.5; azure-train==1.0 -> azure-train==2.0.1; past 1.5
    ");
}

#[test]
fn members_need_not_share_a_name_if_one_requires_the_other() {
    assert_snapshot!(proposed("
        conda python 3.10
        conda dask 1.0 : toolz <1
        conda dask 2.0 : toolz
        conda distributed 1.0 : dask ==1.0
        conda distributed 2.0 : dask ==2.0
        conda toolz 1.0
        want dask=1.0
        want distributed=1.0
        want toolz
    "), @"
    [dask=2.0, distributed=2.0]
    dask=1.0 -> dask=2.0; distributed=1.0 -> distributed=2.0
    ");
}

#[test]
fn lines_of_one_version_that_have_nothing_to_do_with_each_other_are_no_family() {
    assert_snapshot!(proposed("
        conda python 3.10
        conda one 1.0 : base <2
        conda one 2.0
        conda other 1.0 : base <2
        conda other 2.0
        conda base 2.0
        want one=1.0
        want other=1.0
        want base
    "), @"one=1.0 -> one=2.0; other=1.0 -> other=2.0");
}

#[test]
fn a_family_that_has_no_common_version_does_not_move() {
    assert_snapshot!(proposed(&FAMILY
        .replace("pypi azure-train 2.0 ", "pypi azure-train 2.4 ")
        .replace("pypi azure-train 2.0.1 ", "pypi azure-train 2.5 ")
        .replace("pypi azure-train 3.0 ", "pypi azure-train 3.5 ")), @"azure-core==1.0 -> azure-core==2.0.1; past 1.5; azure-train==1.0 -> azure-train==2.5; past 1.5");
}

#[test]
fn the_nearest_version_that_does_not_do_is_told() {
    assert_snapshot!(proposed("
        conda python 3.8
        conda python 3.12
        conda numpy 1.20 : python 3.8
        conda numpy 1.21 : python 3.8
        conda numpy 1.26 : python 3.12
        want python=3.12
        want numpy=1.20
    "), @"
    python=3.12 -> python=3.8
    numpy=1.20 -> numpy=1.26; past 1.21
    ");
}

#[test]
fn what_a_channel_rules_out_is_back_when_its_line_changes() {
    assert_snapshot!(proposed("
        conda python 3.10
        conda tensor 1.0 channel=first
        conda tensor 2.0 channel=second
        conda user 1.0 : tensor >=2
        want python
        want first::tensor
        want second::tensor
        want user
    "), @"
    first::tensor -> gone
    second::tensor -> gone; user -> gone
    ");
}
