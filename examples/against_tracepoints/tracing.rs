//! The kernel's tracepoints of a while: a tracefs instance of its own, taken away again whatever happens.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use concviz::units::{Ns, Stamp};

/// Where tracefs is, and where it is mounted if it is not.
const ROOT: &str = "/sys/kernel/tracing";
/// Of the buffer of each core: some hundred thousand switches.
const BUFFER_KB: &str = "49152";

/// Tracing, until dropped.
pub struct Tracing {
    instance: PathBuf,
    mounted: bool,
}

/// One end of a span, as it was traced. Its instant is rounded to a microsecond.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    pub at: Stamp,
    pub core: u16,
    pub way: Way,
}

/// What the tracepoint says that happened to the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It was put on the core. Often not traced where the core was idle before.
    In,
    /// It was taken off and could have gone on: `prev_state` R, also where it gave way by itself.
    OutRunnable,
    /// It left to wait, or for ever.
    OutBlocked,
}

/// What was traced.
#[derive(Debug, Default)]
pub struct Traced {
    /// Each thread's edges, in order.
    pub edges: BTreeMap<u32, Vec<Edge>>,
    /// CPU time of each thread, in the pieces in which the scheduler added it up. Empty where it does not tell.
    pub runtime: BTreeMap<u32, Vec<(Stamp, Ns)>>,
    /// Events that found no room.
    pub lost: u64,
}

impl Tracing {
    /// Begins to trace.
    ///
    /// # Errors
    /// In words, if this is not root, or the kernel has no such tracing.
    pub fn begin() -> Result<Tracing, String> {
        let instances = Path::new(ROOT).join("instances");
        let mut mounted = false;
        if !instances.is_dir() {
            let mount = Command::new("mount").args(["-t", "tracefs", "nodev", ROOT]).status();
            mounted = mount.is_ok_and(|status| status.success());
        }
        let instance = instances.join(format!("concviz-{}", std::process::id()));
        let refused = |e: io::Error| format!("{ROOT} cannot be used: {e}; this needs root and a kernel with tracefs");
        fs::create_dir(&instance).map_err(refused)?;
        let tracing = Tracing { instance, mounted };
        tracing.switch_on().map_err(refused)?;
        Ok(tracing)
    }

    fn switch_on(&self) -> io::Result<()> {
        self.write("tracing_on", "0")?;
        self.write("trace_clock", "mono")?;
        self.write("buffer_size_kb", BUFFER_KB)?;
        self.write("events/sched/sched_switch/enable", "1")?;
        if self.instance.join("events/sched/sched_stat_runtime").is_dir() {
            self.write("events/sched/sched_stat_runtime/enable", "1")?;
        }
        self.write("tracing_on", "1")
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.instance.join(file), text)
    }

    /// Stops, and reads what there is.
    ///
    /// # Errors
    /// If the kernel does not hand it out.
    pub fn end(self) -> io::Result<Traced> {
        self.write("tracing_on", "0")?;
        let mut traced = Traced { lost: self.lost()?, ..Traced::default() };
        let text = fs::read(self.instance.join("trace"))?;
        String::from_utf8_lossy(&text).lines().for_each(|line| traced.take(line));
        Ok(traced)
    }

    fn lost(&self) -> io::Result<u64> {
        let mut lost = 0;
        for core in fs::read_dir(self.instance.join("per_cpu"))? {
            let stats = fs::read_to_string(core?.path().join("stats"))?;
            let counts = stats.lines().filter_map(|line| line.split_once(": "));
            let counts = counts.filter(|(what, _)| matches!(*what, "overrun" | "dropped events" | "commit overrun"));
            lost += counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum::<u64>();
        }
        Ok(lost)
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        let _ = self.write("tracing_on", "0");
        if let Err(e) = fs::remove_dir(&self.instance) {
            eprintln!("{} stays behind: {e}; remove it with rmdir", self.instance.display());
        } else if self.mounted {
            let _ = Command::new("umount").arg(ROOT).status();
        }
    }
}

impl Traced {
    /// Takes in one line: `comm-tid [core] flags seconds: event: fields`.
    fn take(&mut self, line: &str) {
        let known = self.switch(line).or_else(|| self.add_up(line));
        debug_assert!(known.is_some() || line.starts_with('#') || !line.contains("sched_"), "{line}");
    }

    fn switch(&mut self, line: &str) -> Option<()> {
        let (head, fields) = line.split_once(": sched_switch: ")?;
        let (at, core) = head_of(head)?;
        let (prev, next) = fields.split_once(" ==> ")?;
        let number = |part: &str, name: &str| part.rsplit_once(name)?.1.split(' ').next()?.parse::<u32>().ok();
        let state = prev.rsplit_once("prev_state=")?.1;
        let way = if state.starts_with('R') { Way::OutRunnable } else { Way::OutBlocked };
        self.edge(number(prev, "prev_pid=")?, Edge { at, core, way });
        self.edge(number(next, "next_pid=")?, Edge { at, core, way: Way::In });
        Some(())
    }

    fn edge(&mut self, tid: u32, edge: Edge) {
        self.edges.entry(tid).or_default().push(edge);
    }

    fn add_up(&mut self, line: &str) -> Option<()> {
        let (head, fields) = line.split_once(": sched_stat_runtime: ")?;
        let (at, _) = head_of(head)?;
        let (name, time) = fields.rsplit_once(" runtime=")?;
        let tid = name.rsplit_once(" pid=")?.1.parse().ok()?;
        let time = Ns(time.split(' ').next()?.parse().ok()?);
        self.runtime.entry(tid).or_default().push((at, time));
        Some(())
    }
}

/// The instant and the core of a line, from what stands before the event's name.
fn head_of(head: &str) -> Option<(Stamp, u16)> {
    let core = head.rsplit_once('[')?.1.split_once(']')?.0.parse().ok()?;
    let (seconds, micros) = head.rsplit_once(' ')?.1.split_once('.')?;
    let at = seconds.parse::<u64>().ok()? * 1_000_000_000 + micros.parse::<u64>().ok()? * 1_000;
    Some((Stamp(at), core))
}
