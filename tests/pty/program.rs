//! The program on a terminal of its own: launched, spoken to, watched, and ended whatever happens.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process_group, setrlimit};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use tempfile::TempDir;

use super::glass::{Glass, View};
use super::kernel::{self, PATIENCE, Process};

/// The size most tests use: a projector's.
pub const PROJECTOR: (u16, u16) = (80, 24);
/// The size that shows more.
pub const REFERENCE: (u16, u16) = (120, 36);

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_concviz");

/// What to launch, and where.
pub struct Launch {
    args: Vec<OsString>,
    env: Vec<(String, String)>,
    size: (u16, u16),
    cache: Option<PathBuf>,
    user: Option<u32>,
    most: Option<u64>,
}

/// The program with `args`, separated by blanks.
pub fn launch(args: &str) -> Launch {
    let env = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")];
    Launch {
        args: args.split_whitespace().map(OsString::from).collect(),
        env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        size: PROJECTOR,
        cache: None,
        user: None,
        most: None,
    }
}

/// A cache folder in which this machine has been measured already, so that no test waits for it.
fn measured() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let warm = || {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pty-cache");
        let args = ["run", "--set", "cpu=1ms", "--tasks", "1"];
        let run = Command::new(PROGRAM).args(args).env("XDG_CACHE_HOME", &folder).output().expect("the program runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        folder
    };
    FOLDER.get_or_init(warm).clone()
}

impl Launch {
    /// With one more variable in its environment.
    pub fn env(mut self, name: &str, value: &str) -> Launch {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// On a terminal of so many columns and rows.
    pub fn size(mut self, size: (u16, u16)) -> Launch {
        self.size = size;
        self
    }

    /// With a cache folder of its own.
    pub fn cache(mut self, folder: &Path) -> Launch {
        self.cache = Some(folder.to_owned());
        self
    }

    /// As the user of this number; only the administrator can do that.
    pub fn user(mut self, user: u32) -> Launch {
        self.user = Some(user);
        self
    }

    /// With a user that is allowed so many processes and threads.
    pub fn allow(mut self, most: u64) -> Launch {
        self.most = Some(most);
        self
    }

    /// Launches it.
    pub fn start(self) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
        grantpt(&controller).expect("granted");
        unlockpt(&controller).expect("unlocked");
        let name = ptsname(&controller, Vec::new()).expect("a name").into_string().expect("in ASCII");
        let side = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name).expect("a side");
        set_size(&controller, self.size);
        let before = tcgetattr(&side).expect("attributes");

        let mut program = PathBuf::from(PROGRAM);
        if self.user.is_some() {
            // Others may not be allowed to look into the folder it was built in.
            let copy = folder.path().join("concviz");
            fs::copy(&program, &copy).expect("copied");
            program = copy;
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("changed");
        }
        let mut command = Command::new(program);
        command.args(&self.args).env_clear().current_dir(folder.path());
        command.env("HOME", folder.path()).env("XDG_CACHE_HOME", self.cache.unwrap_or_else(measured));
        command.envs(self.env);
        // Where coverage is measured, the program must know where to put it.
        command.envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)));
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let stdio = || Stdio::from(side.try_clone().expect("one more"));
        command.stdin(stdio()).stdout(stdio()).stderr(stdio());
        take_terminal(&mut command, self.most);
        // A program that was just copied may still be open in a process that another test is about to start.
        let spawn = || match command.spawn() {
            Err(e) if e.kind() == ErrorKind::ExecutableFileBusy => None,
            started => Some(started.expect("the program starts")),
        };
        let child = kernel::eventually("the start of the program", spawn);
        drop(command);
        let screen = Arc::new(Screen { glass: Mutex::new(Glass::new(self.size)), changed: Condvar::new() });
        let controller = Arc::new(File::from(controller));
        let (hand, stop) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map(|(r, w)| (w, r)).expect("a pipe");
        let (to, from) = (Arc::clone(&screen), Arc::clone(&controller));
        let reader = std::thread::spawn(move || read(&from, &stop, &to));
        Program {
            child,
            status: None,
            controller: Some(controller),
            side: Some(side),
            before,
            screen,
            seen: RefCell::new(None),
            reader: Some(reader),
            hand: Some(hand),
            folder,
        }
    }
}

/// Makes the terminal on standard input the one that controls the child, in a session of its own: what a terminal's
/// window does before it starts a shell. Limits its user's processes to `most`, if that is said.
#[expect(unsafe_code, reason = "std has no other way to become a session's first process")]
fn take_terminal(command: &mut Command, most: Option<u64>) {
    // SAFETY: between fork and exec the child makes a few system calls and touches no memory that others could hold.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            if most.is_some() {
                let maximum = getrlimit(Resource::Nproc).maximum;
                setrlimit(Resource::Nproc, Rlimit { current: most, maximum })?;
            }
            Ok(())
        });
    }
}

fn set_size(controller: &impl std::os::fd::AsFd, (columns, rows): (u16, u16)) {
    let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(controller, size).expect("a size");
}

/// The terminal's glass, and the bell that rings when something new is on it.
struct Screen {
    glass: Mutex<Glass>,
    changed: Condvar,
}

impl Screen {
    fn glass(&self) -> MutexGuard<'_, Glass> {
        self.glass.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows what the program writes, until nobody has the terminal open any more, or `stop` ends.
fn read(controller: &File, stop: &OwnedFd, screen: &Screen) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let mut both = [PollFd::new(controller, PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
        let stopped = match poll(&mut both, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => true,
            Ok(_) => !both[1].revents().is_empty(),
        };
        // The end of a terminal is an error.
        let read = if stopped { 0 } else { (&*controller).read(&mut buffer).unwrap_or(0) };
        let mut glass = screen.glass();
        glass.write(&buffer[..read]);
        glass.gone = read == 0;
        let gone = glass.gone;
        drop(glass);
        screen.changed.notify_all();
        if gone {
            return;
        }
    }
}

/// A launched program. Dropping it ends it and all it has started; when that is because a test failed, the screen is
/// shown.
pub struct Program {
    child: Child,
    /// How it ended.
    status: Option<ExitStatus>,
    /// Our side of the terminal.
    controller: Option<Arc<File>>,
    /// The program's side of it, held open to ask for its attributes.
    side: Option<File>,
    before: Termios,
    screen: Arc<Screen>,
    /// The frame that was looked at last.
    seen: RefCell<Option<View>>,
    reader: Option<JoinHandle<()>>,
    /// Dropped, it stops the reader.
    hand: Option<OwnedFd>,
    folder: TempDir,
}

/// What is left of a program.
pub struct Left {
    /// With which code it left.
    pub code: Option<i32>,
    /// What is on the screen.
    pub view: View,
    /// Everything it has ever written.
    pub output: Vec<u8>,
}

impl Program {
    /// Its process.
    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Its working folder, which was empty.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Types `keys`. Frames from before are forgotten.
    pub fn press(&self, keys: &str) {
        self.forget();
        let mut controller = &**self.controller.as_ref().expect("the terminal is there");
        controller.write_all(keys.as_bytes()).expect("typed");
    }

    /// Presses the left button of the mouse at a place, and lets go.
    pub fn click(&self, (x, y): (u16, u16)) {
        self.mouse(0, (x, y), 'M');
        self.mouse(0, (x, y), 'm');
    }

    /// What the terminal says when the mouse is used: its code for the button, the place, `M` or `m`.
    pub fn mouse(&self, button: u16, (x, y): (u16, u16), end: char) {
        self.press(&format!("\x1b[<{button};{};{}{end}", x + 1, y + 1));
    }

    /// Gives the terminal another size, as its window would.
    pub fn resize(&self, size: (u16, u16)) {
        self.screen.glass().resize(size);
        self.forget();
        set_size(&**self.controller.as_ref().expect("the terminal is there"), size);
    }

    /// The first frame since the last key for which `what` is true; frames are looked at in order, and none is missed.
    ///
    /// # Panics
    /// If none comes, for a long time.
    #[track_caller]
    pub fn until(&self, wanted: &str, what: impl Fn(&View) -> bool) -> View {
        self.until_within(PATIENCE, wanted, what)
    }

    #[track_caller]
    fn until_within(&self, patience: Duration, wanted: &str, what: impl Fn(&View) -> bool) -> View {
        let start = Instant::now();
        if let Some(view) = self.seen.borrow().as_ref().filter(|v| what(v)) {
            return view.clone();
        }
        let mut glass = self.screen.glass();
        loop {
            while let Some(view) = glass.next() {
                if what(&view) {
                    *self.seen.borrow_mut() = Some(view.clone());
                    return view;
                }
            }
            let left = patience.saturating_sub(start.elapsed());
            let over = left.is_zero() || glass.gone;
            if over {
                drop(glass);
                panic!("waited in vain for: {wanted}");
            }
            glass = self.screen.changed.wait_timeout(glass, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for `text`.
    #[track_caller]
    pub fn until_text(&self, text: &str) -> View {
        self.until(text, |view| view.has(text))
    }

    /// Waits for the end of the run.
    #[track_caller]
    pub fn until_done(&self) -> View {
        self.until("the end of the run", View::is_done)
    }

    /// Whether the program writes nothing for so long.
    pub fn is_quiet_for(&self, time: Duration) -> bool {
        let glass = self.screen.glass();
        let before = glass.bytes.len();
        let same = |glass: &mut Glass| glass.bytes.len() == before;
        let waited = self.screen.changed.wait_timeout_while(glass, time, same);
        waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// What is on the screen now, be it half a frame.
    pub fn now(&self) -> View {
        self.screen.glass().now()
    }

    /// Everything it has written.
    pub fn output(&self) -> Vec<u8> {
        self.screen.glass().bytes.clone()
    }

    /// The same frame drawn from nothing: what the screen must look like.
    #[track_caller]
    pub fn afresh(&self) -> View {
        let before = self.now().count;
        self.signal(Signal::CONT);
        self.until("a frame from nothing", |view| view.count > before)
    }

    /// Lets it go on after a stop, as a shell's `fg` does. Frames from before are forgotten.
    pub fn resume(&self) {
        self.forget();
        self.signal(Signal::CONT);
    }

    fn forget(&self) {
        self.screen.glass().forget();
        *self.seen.borrow_mut() = None;
    }

    /// Sends its process group `signal`, as a shell or a terminal would.
    pub fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(self.pid()).expect("a process has a number");
        kill_process_group(group, signal).expect("it is there");
    }

    /// The processes of its run, the one that makes it first.
    pub fn run(&self) -> Vec<Process> {
        kernel::family(self.pid()).into_iter().filter(|p| p.is_runner() || p.is_worker()).collect()
    }

    /// Waits until its run has so many processes, all of them at their work.
    #[track_caller]
    pub fn run_of(&self, processes: usize) -> Vec<Process> {
        let find = || Some(self.run()).filter(|r| r.len() == processes && r[0].is_runner());
        kernel::eventually(&format!("a run of {processes} processes"), find)
    }

    /// The process itself.
    pub fn process(&self) -> Process {
        kernel::family(self.pid()).swap_remove(0)
    }

    /// Whether the terminal handles lines, echo and signals as it did before.
    pub fn is_cooked(&self) -> bool {
        let now = tcgetattr(self.side.as_ref().expect("the terminal is open")).expect("attributes");
        let modes = |t: &Termios| (t.input_modes, t.output_modes, t.control_modes, t.local_modes);
        modes(&now) == modes(&self.before)
    }

    /// Closes the terminal's window.
    pub fn hang_up(&mut self) {
        self.hand = None;
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it has read");
        }
        self.side = None;
        self.controller = None;
    }

    /// Waits for its end: how it ended, whatever became of the terminal.
    #[track_caller]
    pub fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        let status = kernel::eventually("the end of the program", || child.try_wait().expect("it is ours"));
        self.status = Some(status);
        status
    }

    /// Waits for its end, sees to it that the terminal is as it was, and gives back what is left.
    #[track_caller]
    pub fn leaves(mut self) -> Left {
        let code = self.end().code();
        assert!(self.is_cooked(), "the terminal is not as it was");
        // With nobody on the other side, all that was written can be read to its end.
        self.side = None;
        let mut glass = self.screen.glass();
        let start = Instant::now();
        while !glass.gone {
            assert!(start.elapsed() < PATIENCE, "somebody else holds the terminal");
            glass = self.screen.changed.wait_timeout(glass, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
        }
        let left = Left { code, view: glass.now(), output: glass.bytes.clone() };
        drop(glass);
        assert!(left.view.is_given_back(), "the screen was not given back");
        left
    }

    /// Quits with `q`: what is left on the screen.
    #[track_caller]
    pub fn quits(self) -> View {
        self.press("q");
        let left = self.leaves();
        assert_eq!(left.code, Some(0), "quitting is no error");
        left.view
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let view = self.now();
            let (columns, rows) = view.size();
            eprintln!("The screen, {columns}x{rows}, after {} frames:\n{}\n", view.count, view.text());
        }
        if self.status.is_none() && matches!(self.child.try_wait(), Ok(None)) {
            // First those it has started, while they can be told from others.
            for process in kernel::family(self.pid()).iter().rev() {
                process.signal(Signal::KILL);
            }
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
        self.hang_up();
    }
}
