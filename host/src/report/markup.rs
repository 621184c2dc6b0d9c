//! Pieces of the HTML report.

use super::{Series, plot};
use crate::Failure;
use std::fmt::Write;

/// A part of the page: a heading, tables, then figures.
pub struct Section {
    pub title: String,
    /// HTML.
    pub body: String,
    pub figures: Vec<Figure>,
}

/// A drawing and its title.
pub struct Figure {
    pub title: String,
    /// An SVG document.
    pub drawing: String,
}

impl Figure {
    /// The plot of a series.
    ///
    /// # Errors
    /// [`Failure::Check`] with the drawing library's message.
    pub fn plot(series: &Series) -> Result<Self, Failure> {
        let drawing = plot::svg(series).map_err(Failure::Check)?;
        Ok(Self { title: series.title.clone(), drawing })
    }
}

impl Section {
    /// The section's name in links and file names.
    pub fn anchor(&self) -> String {
        slug(&self.title)
    }

    /// Heading, body and figures.
    pub fn html(&self) -> String {
        let (anchor, title) = (self.anchor(), escape(&self.title));
        let mut html = format!("<section id=\"{anchor}\"><h2>{title}</h2>{}", self.body);
        for Figure { title, drawing } in &self.figures {
            let title = escape(title);
            push(
                &mut html,
                format_args!("<figure>{drawing}<figcaption>{title}</figcaption></figure>"),
            );
        }
        html + "</section>"
    }
}

/// A table. If it has more than five columns, each row becomes a list on a narrow screen, so the cells carry
/// the heading of their column.
pub struct Table<'a> {
    headings: &'a [&'a str],
    /// Class of each column.
    kinds: Vec<&'static str>,
    rows: String,
}

/// A cell of a [`Table`].
pub enum Cell<'a> {
    Text(&'a str),
    /// Right-aligned.
    Number(String),
}

impl<'a> Table<'a> {
    /// An empty table with these column headings.
    pub fn new(headings: &'a [&'a str]) -> Self {
        Self { headings, kinds: Vec::new(), rows: String::new() }
    }

    /// Appends a row of this class.
    pub fn row(&mut self, class: &str, cells: &[Cell<'_>]) {
        push(&mut self.rows, format_args!("<tr class=\"{class}\">"));
        for (column, cell) in cells.iter().enumerate() {
            let (kind, text) = match cell {
                Cell::Text(text) => ("text", *text),
                Cell::Number(number) => ("number", number.as_str()),
            };
            if column == self.kinds.len() {
                self.kinds.push(kind);
            }
            let [heading, text] = [self.headings[column], text].map(escape);
            push(
                &mut self.rows,
                format_args!("<td class=\"{kind}\" data-column=\"{heading}\">{text}</td>"),
            );
        }
        self.rows.push_str("</tr>");
    }

    /// The table as HTML.
    pub fn html(&self) -> String {
        let class = if self.headings.len() > 5 { "wide" } else { "" };
        let mut html = format!("<table class=\"{class}\"><thead><tr>");
        for (heading, kind) in self.headings.iter().zip(&self.kinds) {
            let heading = escape(heading);
            push(&mut html, format_args!("<th class=\"{kind}\" scope=\"col\">{heading}</th>"));
        }
        format!("{html}</tr></thead><tbody>{}</tbody></table>", self.rows)
    }
}

/// Appends formatted text.
pub fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = html.write_fmt(text);
}

/// Text escaped for HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The last part of a path, which is short enough for headings.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Lower-case words joined by hyphens.
pub fn slug(text: &str) -> String {
    let letters = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let words: String = letters.flat_map(char::to_lowercase).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped_and_know_their_column() {
        let mut table = Table::new(&["a", "b<c"]);
        table.row("", &[Cell::Text("x & y"), Cell::Number("1".to_owned())]);
        let html = table.html();
        assert!(html.contains("<td class=\"text\" data-column=\"a\">x &amp; y</td>"), "{html}");
        assert!(html.contains("<td class=\"number\" data-column=\"b&lt;c\">1</td>"), "{html}");
    }

    #[test]
    fn anchors_are_words() {
        assert_eq!(slug("fit: my data/Log 3.csv"), "fit-my-data-log-3-csv");
    }
}
