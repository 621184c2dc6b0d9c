//! Plots: a series as an SVG drawing.

use super::labels::{Place, spread};
use super::{Axis, Curve, Series};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// Narrow enough that a phone shrinks it by at most a third: letters stay above 12 pixels.
const SIZE: (u32, u32) = (520, 360);
const FONT: i32 = 18;
/// Space around the chart: margin, labels of the axes.
const MARGIN: i32 = 10;
const LEFT: i32 = 70;
const BELOW: i32 = 50;

/// Okabe and Ito's colors, distinct for color-blind readers, without the yellow, which is faint on white.
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Draws the curves of a series on linear or logarithmic axes, each with its name at its end.
///
/// # Errors
/// The drawing library's message, after the title of the series.
pub fn svg(series: &Series) -> Result<String, String> {
    let mut drawing = String::new();
    draw(series, &mut drawing).map_err(|error| format!("{}: {error}", series.title))?;
    Ok(drawing)
}

fn draw(series: &Series, drawing: &mut String) -> Outcome<()> {
    let root = SVGBackend::with_string(drawing, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (x, y) = (extent(series, 0, &series.x), extent(series, 1, &series.y));
    let named = series.curves.iter().filter(|curve| !upright(curve));
    let names = named.map(|curve| width(&curve.label)).max().unwrap_or(0);
    let mut chart = ChartBuilder::on(&root)
        .margin(MARGIN)
        .margin_right(MARGIN + if names > 0 { SWATCH + names } else { 0 })
        .x_label_area_size(BELOW)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .x_desc(&series.x.label)
        .y_desc(&series.y.label)
        .label_style(("sans-serif", FONT - 2))
        .axis_desc_style(("sans-serif", FONT))
        // Long names leave a narrow chart.
        .x_labels(if names > SIZE.0 as i32 * 2 / 5 { 2 } else { 4 })
        .y_labels(6)
        .x_label_formatter(&|value| label(*value, &series.x))
        .y_label_formatter(&|value| label(*value, &series.y))
        .draw()?;
    for (index, curve) in series.curves.iter().enumerate() {
        draw_curve(&mut chart, series, index, curve)?;
    }
    draw_names(&root, &chart, series)?;
    root.present()?;
    Ok(())
}

fn color(index: usize) -> RGBColor {
    COLORS[index % COLORS.len()]
}

/// A line, dashed once the colors repeat.
fn draw_curve(
    chart: &mut Chart<'_, '_>,
    series: &Series,
    index: usize,
    curve: &Curve,
) -> Outcome<()> {
    let points = curve.points.iter().map(|point| place(point, series));
    let points: Vec<_> = points.filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let line = color(index).stroke_width(2);
    if upright(curve) {
        let dots = points.last().map(|end| Circle::new(*end, 5, color(index).filled()));
        chart.draw_series(dots)?;
    }
    if points.len() > 1 && index < COLORS.len() {
        chart.draw_series(LineSeries::new(points, line))?;
    } else if points.len() > 1 {
        chart.draw_series(DashedLineSeries::new(points, 7, 4, line))?;
    }
    Ok(())
}

/// Whether a curve is a point or a vertical line: its end is then a dot with its name.
fn upright(curve: &Curve) -> bool {
    curve.points.iter().all(|point| point[0] == curve.points[0][0])
}

/// Length of the line between the end of a curve and its name.
const SWATCH: i32 = 16;

/// Width of a text in pixels.
fn width(text: &str) -> i32 {
    // Letters are a little more than half as wide as high.
    text.chars().count() as i32 * FONT * 11 / 20
}

/// Writes the names of all curves: at the right edge for lines, beside the dot for dots.
fn draw_names(
    root: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    chart: &Chart<'_, '_>,
    series: &Series,
) -> Outcome<()> {
    let right = chart.plotting_area().get_x_axis_pixel_range().end;
    let mut anchors = Vec::new();
    for (index, curve) in series.curves.iter().enumerate() {
        let points = curve.points.iter().rev().map(|point| place(point, series));
        let end = points.into_iter().find(|(x, y)| x.is_finite() && y.is_finite());
        if let Some(end) = end.filter(|_| !curve.label.is_empty()) {
            let (x, y) = chart.plotting_area().map_coordinate(&end);
            let x = if upright(curve) { x } else { right };
            anchors.push((index, curve, (x, y)));
        }
    }
    let mut places: Vec<Place> = anchors
        .iter()
        .map(|(_, curve, (x, y))| {
            let width = width(&curve.label);
            let fits = x + SWATCH + width <= SIZE.0 as i32;
            Place { left: if fits { x + SWATCH } else { x - SWATCH - width }, width, y: *y }
        })
        .collect();
    spread(&mut places, FONT, SIZE.1 as i32 - BELOW);
    let ink = TextStyle::from(("sans-serif", FONT)).pos(Pos::new(HPos::Left, VPos::Center));
    for ((index, curve, anchor), Place { left, width, y }) in anchors.iter().zip(places) {
        let near = if left > anchor.0 { left - 3 } else { left + width };
        let line = color(*index).stroke_width(2);
        root.draw(&PathElement::new([*anchor, (near, y)], line))?;
        root.draw(&Text::new(curve.label.clone(), (left, y), ink.clone()))?;
    }
    Ok(())
}

/// A point in drawing coordinates: decades on a logarithmic axis.
fn place([x, y]: &[f64; 2], series: &Series) -> (f64, f64) {
    let on = |value: f64, axis: &Axis| if axis.logarithmic { value.log10() } else { value };
    (on(*x, &series.x), on(*y, &series.y))
}

/// Range of an axis: all finite points plus a small margin.
fn extent(series: &Series, coordinate: usize, axis: &Axis) -> Range<f64> {
    let values = series.curves.iter().flat_map(|curve| &curve.points).map(|p| p[coordinate]);
    let values = values.map(|value| if axis.logarithmic { value.log10() } else { value });
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low < high {
        let margin = 0.03 * (high - low);
        low - margin..high + margin
    } else if low == high {
        low - 0.5..high + 0.5
    } else {
        0.0..1.0
    }
}

/// A tick label: one digit on a logarithmic axis, without trailing zeros.
fn label(value: f64, axis: &Axis) -> String {
    let text =
        if axis.logarithmic { format!("{:.0e}", 10_f64.powf(value)) } else { super::number(value) };
    match text.parse::<f64>() {
        Ok(value) if value == 0.0 || (1e-3..1e5).contains(&value.abs()) => value.to_string(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: Vec<[f64; 2]>) -> Series {
        Series {
            title: "a title".to_owned(),
            x: Axis::linear("steps"),
            y: Axis::logarithmic("error"),
            curves: vec![
                Curve { label: "first".to_owned(), points },
                Curve { label: "second".to_owned(), points: vec![[0.0, 1.0], [2.0, 1e-3]] },
            ],
        }
    }

    #[test]
    fn curves_axes_and_legend_are_drawn() {
        let drawing = svg(&series(vec![[0.0, 1.0], [1.0, 0.1], [2.0, 0.0]])).unwrap();
        for text in ["steps", "error", "first", "second", "\n2\n", "\n0.001\n"] {
            assert!(drawing.contains(text), "{text}");
        }
        // Each curve and its line in the legend.
        assert_eq!(drawing.matches("stroke-width=\"2\"").count(), 4);
    }

    #[test]
    fn a_curve_of_one_point_is_a_dot_with_its_name() {
        let drawing = svg(&series(vec![[1.0, 0.5]])).unwrap();
        assert!(drawing.contains("<circle") && drawing.contains("first"));
    }

    #[test]
    fn points_that_are_not_finite_are_omitted() {
        let drawing = svg(&series(vec![[f64::NAN, 1.0], [1.0, f64::INFINITY]])).unwrap();
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
}
