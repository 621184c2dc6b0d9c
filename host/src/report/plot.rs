//! Plots: a series as an SVG drawing.

use super::{Axis, Series};
use plotters::prelude::*;
use std::ops::Range;

const SIZE: (u32, u32) = (560, 360);

/// Draws the curves of a series on linear or logarithmic axes.
///
/// # Errors
/// The drawing library's message, after the title of the series.
pub fn svg(series: &Series) -> Result<String, String> {
    let mut drawing = String::new();
    draw(series, &mut drawing).map_err(|error| format!("{}: {error}", series.title))?;
    Ok(drawing)
}

fn draw(series: &Series, drawing: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(drawing, SIZE).into_drawing_area();
    let (x, y) = (extent(series, 0, &series.x), extent(series, 1, &series.y));
    let mut chart = ChartBuilder::on(&root)
        .margin(10)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .x_desc(&series.x.label)
        .y_desc(&series.y.label)
        .x_labels(8)
        .y_labels(8)
        .x_label_formatter(&|value| label(*value, &series.x))
        .y_label_formatter(&|value| label(*value, &series.y))
        .draw()?;
    for (index, curve) in series.curves.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let points = curve.points.iter().map(|point| place(point, series));
        let points = points.filter(|(x, y)| x.is_finite() && y.is_finite());
        if let [only] = &curve.points[..] {
            let (x, y) = place(only, series);
            let dot = EmptyElement::at((x, y))
                + Circle::new((0, 0), 4, color.filled())
                + Text::new(curve.label.clone(), (7, -5), ("sans-serif", 12).into_font());
            chart.draw_series(std::iter::once(dot))?;
            continue;
        }
        let drawn = chart.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
        if !curve.label.is_empty() {
            let line = move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2));
            drawn.label(&curve.label).legend(line);
        }
    }
    let named = |curve: &&super::Curve| curve.points.len() > 1 && !curve.label.is_empty();
    if series.curves.iter().filter(named).count() > 1 {
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).draw()?;
    }
    root.present()?;
    Ok(())
}

/// A point in the coordinates that are drawn: decades on a logarithmic axis.
fn place([x, y]: &[f64; 2], series: &Series) -> (f64, f64) {
    let on = |value: f64, axis: &Axis| if axis.logarithmic { value.log10() } else { value };
    (on(*x, &series.x), on(*y, &series.y))
}

/// Range of an axis: all finite points and a small margin.
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

fn label(value: f64, axis: &Axis) -> String {
    if axis.logarithmic { format!("{:.0e}", 10_f64.powf(value)) } else { super::number(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Curve;

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
        for text in ["steps", "error", "first", "second", "1e-3"] {
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
