//! What the views of the cores say about where their lanes come from, and how often threads were switched.

use super::counted;

/// How often threads were switched in what is visible, in words of at most `room` columns; nothing where that is too
/// little room.
pub fn switches(voluntary: u64, forced: u64, moved: u64, room: usize) -> Option<String> {
    let all = counted(voluntary + forced, "switch", "switches");
    let moves = counted(moved, "move to another core", "moves to another core");
    let kinds = format!("{all}: {voluntary} to wait, {forced} forced");
    let shown =
        [format!("{kinds}; {moves}"), format!("{kinds}; {moved} moved"), format!("{all}, {forced} forced"), all];
    shown.into_iter().find(|text| text.chars().count() <= room)
}

/// What lanes are based on where the kernel records nothing, for that `reason`, in words of at most `room` columns.
pub fn no_record(reason: &str, room: usize) -> String {
    let long = format!("seen by the workers themselves, to 0.15 ms: no kernel record ({reason})");
    let short = format!("as workers see it: no kernel record ({reason})");
    let shown = [long, short, "as workers see it: no kernel record".to_owned()];
    let fits = |text: &&String| text.chars().count() <= room;
    shown.iter().find(fits).unwrap_or(&shown[2]).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_fits_and_leaves_out_the_least_first() {
        let all = "1234 switches: 34 to wait, 1200 forced; 1 move to another core";
        assert_eq!(switches(34, 1_200, 1, 78).as_deref(), Some(all));
        assert_eq!(switches(34, 1_200, 12, 50).as_deref(), Some("1234 switches: 34 to wait, 1200 forced; 12 moved"));
        assert_eq!(switches(0, 1, 0, 18).as_deref(), Some("1 switch, 1 forced"));
        assert_eq!(switches(34, 1_200, 12, 9), None);
        let room = |n| no_record("permission refused", n);
        assert!(room(120).starts_with("seen by the workers themselves, to 0.15 ms: "));
        assert_eq!(room(78), "as workers see it: no kernel record (permission refused)");
        assert_eq!(room(38), "as workers see it: no kernel record");
    }
}
