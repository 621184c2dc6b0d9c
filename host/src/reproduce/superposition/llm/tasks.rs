//! Pairs of tasks that a small language model knows, and prompts that mix them.

use crate::prompts::{Mixture, below};
use situ::random::Generator;

/// Tasks on the same words.
pub struct Tasks {
    /// The name in tables and plots.
    pub name: &'static str,
    /// The text between a word and its answer, and the text before the answer that is part of its tokens.
    arrow: [&'static str; 2],
    /// A word and its answers, one by each task.
    words: Vec<Vec<String>>,
}

/// Examples of a prompt, one per line.
const EXAMPLES: usize = 30;

/// A prompt whose query is none of its examples.
pub struct Prompt {
    /// The examples' lines and the query, up to the arrow.
    pub text: String,
    /// The query's answers by the tasks, as they would continue the text.
    pub answers: Vec<String>,
    /// Share of the examples that follow the first task.
    pub tally: f64,
}

const SPACED: [&str; 2] = [" ->", " "];
const PLAIN: [&str; 2] = ["->", ""];

impl Tasks {
    /// All pairs. The verbs come first: the claims are about them.
    pub fn pairs() -> Vec<Self> {
        vec![
            Self::of("verb: past tense, -ing form", SPACED, rows(VERBS)),
            Self::of("country: copy, continent", SPACED, copied(rows(COUNTRIES))),
            Self::of(
                "number: copy, next",
                SPACED,
                (10..90).map(|n| [n, n, n + 1].map(|n: u32| n.to_string()).into()).collect(),
            ),
            Self::of(
                "word: copy, title case",
                PLAIN,
                words().map(|w| vec![w.to_owned(), w.to_owned(), titled(w)]).collect(),
            ),
            Self::of("two words: first, second", PLAIN, two_words()),
        ]
    }

    /// Four tasks on verbs: past tense, -ing form, copy, title case.
    pub fn verbs() -> Self {
        let four = |mut row: Vec<String>| {
            row.extend([row[0].clone(), titled(&row[0])]);
            row
        };
        Self::of(
            "verb: past tense, -ing form, copy, title case",
            SPACED,
            rows(VERBS).into_iter().map(four).collect(),
        )
    }

    fn of(name: &'static str, arrow: [&'static str; 2], words: Vec<Vec<String>>) -> Self {
        Self { name, arrow, words }
    }

    /// A prompt whose examples are drawn from the first tasks by their weights.
    pub fn prompt(&self, mixture: &Mixture, random: &mut Generator) -> Prompt {
        let mut words: Vec<&Vec<String>> = self.words.iter().collect();
        for i in (1..words.len()).rev() {
            words.swap(i, usize::from(below(i as u16 + 1, random)));
        }
        let [arrow, before] = self.arrow;
        let (mut text, mut firsts) = (String::new(), 0);
        for word in words.iter().skip(1).cycle().take(EXAMPLES) {
            let task = mixture.draw(random);
            firsts += usize::from(task == 0);
            text += &format!("{}{arrow}{before}{}\n", word[0], word[1 + task]);
        }
        text += &words[0][0];
        text += arrow;
        let answers = words[0].iter().skip(1).take(mixture.weights().len());
        let answers = answers.map(|answer| format!("{before}{answer}")).collect();
        Prompt { text, answers, tally: firsts as f64 / EXAMPLES as f64 }
    }
}

/// Lines of words, the first of each with its answers.
fn rows(lines: &str) -> Vec<Vec<String>> {
    let row = |line: &str| line.split_whitespace().map(|word| word.replace('_', " ")).collect();
    lines.lines().map(row).collect()
}

/// The word itself before its one answer.
fn copied(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.iter_mut().for_each(|row| row.insert(1, row[0].clone()));
    rows
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.split_whitespace()
}

fn titled(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Neighbors in the list, and words that are seven apart.
fn two_words() -> Vec<Vec<String>> {
    let words: Vec<&str> = words().collect();
    let pair = |i: usize| [words[i], words[(i + 7) % words.len()]];
    (0..words.len())
        .map(pair)
        .map(|[a, b]| vec![format!("{a} {b}"), a.to_owned(), b.to_owned()])
        .collect()
}

const VERBS: &str = "\
walk walked walking
jump jumped jumping
play played playing
talk talked talking
look looked looking
work worked working
call called calling
open opened opening
wait waited waiting
help helped helping
clean cleaned cleaning
cook cooked cooking
paint painted painting
laugh laughed laughing
listen listened listening
watch watched watching
wash washed washing
kick kicked kicking
pull pulled pulling
push pushed pushing
rain rained raining
visit visited visiting
start started starting
finish finished finishing
follow followed following
learn learned learning
turn turned turning
climb climbed climbing
answer answered answering
enjoy enjoyed enjoying
eat ate eating
drink drank drinking
sing sang singing
speak spoke speaking
write wrote writing
drive drove driving
ride rode riding
break broke breaking
fall fell falling
grow grew growing
know knew knowing
throw threw throwing
teach taught teaching
catch caught catching
think thought thinking
buy bought buying
build built building
sleep slept sleeping
keep kept keeping
feel felt feeling";

const COUNTRIES: &str = "\
France Europe
Germany Europe
Spain Europe
Italy Europe
Poland Europe
Sweden Europe
Norway Europe
Greece Europe
Portugal Europe
Austria Europe
China Asia
Japan Asia
India Asia
Thailand Asia
Vietnam Asia
Indonesia Asia
Pakistan Asia
Iran Asia
Iraq Asia
Nepal Asia
Egypt Africa
Nigeria Africa
Kenya Africa
Ethiopia Africa
Morocco Africa
Ghana Africa
Algeria Africa
Uganda Africa
Tanzania Africa
Senegal Africa
Brazil South_America
Argentina South_America
Chile South_America
Peru South_America
Colombia South_America
Canada North_America
Mexico North_America
Cuba North_America
Panama North_America
Jamaica North_America";

const WORDS: &str = "\
apple river house window garden table music paper stone bread cloud horse water mountain school \
bridge flower letter market summer winter doctor teacher kitchen forest island ocean planet rocket \
mirror candle basket button castle dragon engine feather guitar hammer jacket ladder magnet needle \
orange pencil rabbit saddle ticket turtle violin wagon yellow zebra";
