//! Small trees with faults, one folder below `cases` for each, held to a table of their own. `expected.txt` is all that
//! must be found in one, and nothing else; `listed.txt`, where there is one, what is known and let pass.

use std::fs;
use std::path::Path;

use crate::rules::Rules;
use crate::sources;
use crate::tree::Tree;

const LAYERS: &[(&str, u8)] =
    &[("low", 0), ("mid", 1), ("side", 1), ("nest", 1), ("nest::core", 1), ("nested", 1), ("high", 2)];

const LONGEST: usize = 50;

#[test]
fn each_case_has_the_faults_it_should_and_no_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layers/cases");
    let mut cases: Vec<_> =
        fs::read_dir(folder).expect("there are cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    let wrong: Vec<String> = cases.iter().filter_map(|case| differs(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 20, "only {} cases", cases.len());
}

/// What is found in the case and what was expected, where that is not the same.
fn differs(case: &Path) -> Option<String> {
    let expected = fs::read_to_string(case.join("expected.txt")).expect("each case says what is expected");
    let found = found(case);
    (found != expected).then(|| format!("{}: expected\n{expected}but found\n{found}", case.display()))
}

fn found(case: &Path) -> String {
    let listed = fs::read_to_string(case.join("listed.txt")).unwrap_or_default();
    let lines = |kind: &str| -> Vec<Vec<&str>> {
        let of_kind = listed.lines().filter_map(|line| line.strip_prefix(kind));
        of_kind.map(|line| line.split_whitespace().collect()).collect()
    };
    let (circles, placed) = (lines("circle "), lines("placed "));
    let circles: Vec<&[&str]> = circles.iter().map(Vec::as_slice).collect();
    let placed: Vec<(&str, &str)> = placed.iter().map(|words| (words[0], words[1])).collect();
    let rules = Rules { layers: LAYERS, longest: LONGEST, circles: &circles, placed: &placed };
    let tree = Tree::read(&sources(case), "whole");
    let faults = rules.faults(&tree).into_iter().chain(rules.circles(&tree));
    faults.map(|fault| fault.to_string() + "\n").collect()
}
