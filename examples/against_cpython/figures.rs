//! What the records of either side come to.

use concviz::units::Ns;

/// From this instant on it was this thread that ran.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub at: Ns,
    pub who: usize,
}

/// What stands above the figures of turns.
pub const TURNS_HEADING: &str = "   switches/s  turn p50    p90 ms  fair total  100 ms   A-B-A  longest waiter next";

/// How long each wait of a thread took.
pub type Waits = Vec<Ns>;

/// What stands above the figures of waits.
pub const WAITS_HEADING: &str = "       rate/s       p50    p99 ms";

/// The value that such a share of all do not exceed.
fn at(sorted: &[Ns], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64) as usize).map_or(f64::NAN, |t| t.as_millis())
}

pub fn of_waits(waits: &Waits, over: Ns) -> String {
    let mut sorted = waits.clone();
    sorted.sort_unstable();
    let rate = waits.len() as f64 / over.as_secs();
    format!("{rate:13.1} {:9.3} {:9.3}   ", at(&sorted, 0.5), at(&sorted, 0.99))
}

pub fn of_turns(turns: &[Turn], threads: u16) -> String {
    let (Some(first), Some(last)) = (turns.first(), turns.last()) else { return "nobody had it".to_owned() };
    let length = last.at - first.at;
    let mut turn_lengths: Vec<Ns> = turns.windows(2).map(|w| w[1].at - w[0].at).collect();
    turn_lengths.sort_unstable();
    let rate = turn_lengths.len() as f64 / length.as_secs();
    let triples = turns.windows(3).count().max(1) as f64;
    let back = turns.windows(3).filter(|w| w[0].who == w[2].who).count() as f64 / triples;
    format!(
        "{rate:13.1} {:9.3} {:9.3} {:11.3} {:7.3} {back:7.2} {:20.2}   ",
        at(&turn_lengths, 0.5),
        at(&turn_lengths, 0.9),
        fairness(&shares(turns, first.at, last.at, threads)),
        fairness_of_windows(turns, threads),
        longest_waiter_next(turns, threads),
    )
}

/// For how long each thread ran between two instants.
fn shares(turns: &[Turn], from: Ns, to: Ns, threads: u16) -> Vec<f64> {
    let mut shares = vec![0.0; usize::from(threads)];
    for turn in turns.windows(2) {
        let (begin, end) = (turn[0].at.max(from), turn[1].at.min(to));
        shares[turn[0].who] += (end - begin).as_secs();
    }
    shares
}

/// Jain's index: 1 where all have the same, 1/n where one has it all.
fn fairness(shares: &[f64]) -> f64 {
    let (sum, squares) = (shares.iter().sum::<f64>(), shares.iter().map(|s| s * s).sum::<f64>());
    if squares == 0.0 { 1.0 } else { sum * sum / (shares.len() as f64 * squares) }
}

/// The median of the index over windows of 100 ms.
fn fairness_of_windows(turns: &[Turn], threads: u16) -> f64 {
    const WINDOW: Ns = Ns::from_millis(100);
    let (Some(first), Some(last)) = (turns.first(), turns.last()) else { return f64::NAN };
    let mut indices = Vec::new();
    let mut from = first.at;
    while from + WINDOW <= last.at {
        let begin = turns.partition_point(|t| t.at < from).saturating_sub(1);
        let end = (turns.partition_point(|t| t.at < from + WINDOW) + 1).min(turns.len());
        indices.push(fairness(&shares(&turns[begin..end], from, from + WINDOW, threads)));
        from += WINDOW;
    }
    indices.sort_by(f64::total_cmp);
    indices.get(indices.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How often the next one is the one that has waited longest.
fn longest_waiter_next(turns: &[Turn], threads: u16) -> f64 {
    let mut since = vec![Ns::ZERO; usize::from(threads)];
    let (mut hits, mut all) = (0u32, 0u32);
    for turn in turns.windows(2) {
        let (before, next) = (turn[0], turn[1]);
        let waiting = (0..since.len()).filter(|who| *who != before.who);
        let longest = waiting.min_by_key(|who| since[*who]);
        hits += u32::from(longest == Some(next.who));
        all += 1;
        since[before.who] = next.at;
    }
    f64::from(hits) / f64::from(all.max(1))
}
