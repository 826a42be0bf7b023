//! The style sheet, checked without a browser.

use std::collections::BTreeMap;

use super::STYLE;

/// Returns the colours of a scheme by name: `:root { --text: #1f2328; … }`.
fn palette(css: &str) -> BTreeMap<&str, [f64; 3]> {
    let block = css
        .split(":root {")
        .nth(1)
        .and_then(|rest| rest.split('}').next());
    let block = block.expect("a block of colours").split(';');
    let declarations = block.filter_map(|declaration| declaration.trim().split_once(": #"));
    let channel = |color: &str, at: usize| {
        let value = u8::from_str_radix(&color[at..at + 2], 16).expect("a colour");
        f64::from(value) / 255.0
    };
    declarations
        .map(|(name, color)| (name, [0, 2, 4].map(|at| channel(color, at))))
        .collect()
}

/// Returns the contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let linear = color.map(|c| match c {
            ..=0.04045 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_can_be_told_from_what_is_behind_them() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let text = [
        (
            "--text",
            "--page --card --conda-fill --pypi-fill --bad-fill --mark",
        ),
        (
            "--muted",
            "--page --card --conda-fill --pypi-fill --bad-fill",
        ),
        ("--bad", "--bad-fill"),
        ("--added", "--added-fill"),
        ("--removed", "--removed-fill"),
        ("--pypi", "--page"),
        ("--page", "--text"),
    ];
    let shapes = ["--conda", "--pypi", "--bad", "--good", "--slow", "--muted"];
    let dark = STYLE
        .split("prefers-color-scheme: dark")
        .nth(1)
        .expect("a dark scheme");
    let (light, dark) = (palette(STYLE), palette(dark));
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        dark.keys().collect::<Vec<_>>()
    );
    for (scheme, palette) in [("light", light), ("dark", dark)] {
        for (front, backs) in text {
            for back in backs.split(' ') {
                let ratio = contrast(palette[front], palette[back]);
                assert!(ratio >= 4.5, "{scheme}: {front} on {back}: {ratio:.2}");
            }
        }
        for shape in shapes {
            let ratio = contrast(palette[shape], palette["--page"]);
            assert!(ratio >= 3.0, "{scheme}: {shape}: {ratio:.2}");
        }
    }
}
