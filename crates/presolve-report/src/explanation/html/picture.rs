//! A [`Layout`] as SVG. The style sheet sets the colours. Shapes distinguish the boxes without
//! it: a declared line (a box), a conda package (round ends), a PyPI project (pointed ends), a
//! virtual package (a dashed box) and the disputed package (a double line).

use maud::{Markup, html};

use super::layout::{Kind, Layout, Placed, Wire, WireKind};
use presolve_solve::conflict::Half;
use presolve_terminal::foreign::shown;

/// The depth of the points of a PyPI project's box, in pixels.
const POINT: f64 = 10.0;
/// The distance of the two lines around a disputed package, in pixels.
const DOUBLE: f64 = 3.5;

/// Returns a picture with its title and its description for screen readers.
pub(super) fn svg(layout: &Layout, id: &str, title: &str, description: &str) -> Markup {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    html! {
        svg id=(id) role="img" aria-labelledby={ (id) "-title " (id) "-text" }
            width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
            title id={ (id) "-title" } { (shown(title)) }
            desc id={ (id) "-text" } { (shown(description)) }
            @for wire in &layout.wires { (drawn_wire(wire)) }
            @for placed in &layout.boxes { (drawn_box(placed)) }
        }
    }
}

fn drawn_wire(wire: &Wire) -> Markup {
    let class = match wire.kind {
        WireKind::Needs => "wire needs",
        WireKind::Clashes => "wire clashes",
        WireKind::Given => "wire given",
    };
    html! { path class=(class) d=(wire.path) {} }
}

fn drawn_box(placed: &Placed) -> Markup {
    let outline = outline(placed, 0.0);
    let inner = matches!(placed.kind, Kind::Disputed(_)).then(|| self::outline(placed, DOUBLE));
    html! {
        g class=(class(placed.kind)) {
            title { (shown(&placed.label.full)) }
            path class="outline" d=(outline) {}
            @if let Some(inner) = inner { path class="inner" d=(inner) {} }
            (text(placed))
        }
    }
}

fn text(placed: &Placed) -> Markup {
    let x = match placed.kind {
        Kind::Line => placed.x + 12.0,
        _ => placed.x + placed.width / 2.0,
    };
    let label = &placed.label;
    let top = placed.y + (placed.height - label.height()) / 2.0;
    let lines = label.lines.iter().scan(top, |top, line| {
        let leading = line.style.leading();
        *top += leading;
        // The baseline of a font is about a quarter of its size above its lower edge.
        Some((
            line,
            *top - (leading - line.style.size()) / 2.0 - line.style.size() * 0.22,
        ))
    });
    html! {
        @for (line, y) in lines {
            text class=(line.style.class()) x=(format!("{x:.1}")) y=(format!("{y:.1}")) {
                (shown(&line.text))
            }
        }
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Line => "box line",
        Kind::Package(Half::Conda) => "box conda",
        Kind::Package(Half::Pypi) => "box pypi",
        Kind::Package(Half::Virtual) => "box machine",
        Kind::Claim => "box claim",
        Kind::Disputed(_) => "box disputed",
    }
}

/// Returns the outline of a box, `within` pixels inside its edges.
fn outline(placed: &Placed, within: f64) -> String {
    let (left, top) = (placed.x + within, placed.y + within);
    let (right, bottom) = (
        placed.x + placed.width - within,
        placed.y + placed.height - within,
    );
    let middle = f64::midpoint(top, bottom);
    match placed.kind {
        Kind::Package(Half::Pypi) | Kind::Disputed(Half::Pypi) => {
            let (inner_left, inner_right) = (left + POINT, right - POINT);
            format!(
                "M{inner_left:.1} {top:.1} H{inner_right:.1} L{right:.1} {middle:.1} \
                 L{inner_right:.1} {bottom:.1} H{inner_left:.1} L{left:.1} {middle:.1} Z"
            )
        }
        Kind::Package(Half::Conda) | Kind::Disputed(Half::Conda) => {
            rounded((left, top), (right, bottom), 22.0)
        }
        Kind::Line | Kind::Claim => rounded((left, top), (right, bottom), 4.0),
        Kind::Package(Half::Virtual) | Kind::Disputed(Half::Virtual) => {
            rounded((left, top), (right, bottom), 0.0)
        }
    }
}

fn rounded((left, top): (f64, f64), (right, bottom): (f64, f64), most: f64) -> String {
    let r = most.min((bottom - top) / 2.0);
    let (width, height) = (right - left - 2.0 * r, bottom - top - 2.0 * r);
    format!(
        "M{:.1} {top:.1} h{width:.1} a{r:.1} {r:.1} 0 0 1 {r:.1} {r:.1} v{height:.1} \
         a{r:.1} {r:.1} 0 0 1 -{r:.1} {r:.1} h-{width:.1} a{r:.1} {r:.1} 0 0 1 -{r:.1} -{r:.1} \
         v-{height:.1} a{r:.1} {r:.1} 0 0 1 {r:.1} -{r:.1} Z",
        left + r
    )
}
