//! A confusion matrix as an SVG drawing.

use super::markup::{escape, push};

/// Side of a cell, and space for labels.
const CELL: usize = 44;
const MARGIN: usize = 110;
/// Maximum number of classes for which counts are written into the cells, and of characters in a label.
const MAX_COUNTED: usize = 16;
const MAX_LABEL: usize = 14;

/// Draws examples by class (rows) and predicted class (columns); a cell is as dark as its share of the row.
pub fn svg(labels: &[String], counts: &[Vec<u64>]) -> String {
    let side = if labels.len() <= MAX_COUNTED { CELL } else { CELL / 3 };
    let size = MARGIN + side * labels.len() + 10;
    let mut drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" \
         viewBox=\"0 0 {size} {size}\" font-family=\"sans-serif\" font-size=\"14\">"
    );
    for (row, (label, counts)) in labels.iter().zip(counts).enumerate() {
        let (place, middle) = (MARGIN + side * row, MARGIN + side * row + side / 2);
        let label = short(label);
        push(
            &mut drawing,
            format_args!(
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>\
                 <text transform=\"translate({},{}) rotate(-60)\">{label}</text>",
                MARGIN - 6,
                middle + 4,
                middle + 4,
                MARGIN - 6
            ),
        );
        let total = counts.iter().sum::<u64>().max(1) as f64;
        for (column, count) in counts.iter().enumerate() {
            let x = MARGIN + side * column;
            let share = *count as f64 / total;
            let color = if row == column { "#1f77b4" } else { "#b00020" };
            push(
                &mut drawing,
                format_args!(
                    "<rect x=\"{x}\" y=\"{place}\" width=\"{side}\" height=\"{side}\" fill=\"{color}\" \
                     fill-opacity=\"{share:.3}\" stroke=\"#ddd\"/>"
                ),
            );
            if labels.len() <= MAX_COUNTED && *count > 0 {
                let ink = if share > 0.6 { "#fff" } else { "#222" };
                push(
                    &mut drawing,
                    format_args!(
                        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{ink}\">{count}</text>",
                        x + side / 2,
                        middle + 4
                    ),
                );
            }
        }
    }
    drawing.push_str("</svg>");
    drawing
}

fn short(label: &str) -> String {
    let cut: String = label.chars().take(MAX_LABEL).collect();
    escape(&cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_drawn_and_labels_are_escaped() {
        let labels = ["a<b".to_owned(), "c".to_owned()];
        let drawing = svg(&labels, &[vec![9, 1], vec![0, 4]]);
        assert_eq!(drawing.matches("<rect").count(), 4);
        assert!(drawing.contains("a&lt;b") && drawing.contains("fill-opacity=\"0.900\""));
        // A count that is not zero, and each label twice.
        assert_eq!(drawing.matches("<text").count(), 3 + 4);
    }
}
