//! The terminal, taken and given back. However the program ends, the terminal is given back: by the guard, by the panic
//! hook, or by the one that catches the signal; every step is attempted even if another fails.

use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Room for a whole screen: one write for each frame instead of dozens.
const FRAME_BYTES: usize = 1 << 18;

/// Whether the terminal is ours now; the panic hook reads it.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Screen = ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal while it is ours.
pub struct Terminal {
    /// Never dropped: it would complain on stderr, and panic where that is gone with the terminal.
    screen: ManuallyDrop<Screen>,
    mouse: bool,
}

/// Columns and rows.
///
/// # Errors
/// If there is no terminal.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

impl Terminal {
    /// Takes the terminal.
    ///
    /// # Errors
    /// If it cannot be switched.
    pub fn enter(mouse: bool) -> io::Result<Terminal> {
        give_back_on_panic();
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        let mut out = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
        begin(&mut out, mouse)?;
        let screen = ratatui::Terminal::new(CrosstermBackend::new(out))?;
        Ok(Terminal { screen: ManuallyDrop::new(screen), mouse })
    }

    /// Draws one frame, which the terminal shows at once or not at all.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, render: impl FnOnce(Rect, &mut Buffer)) -> io::Result<()> {
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate)?;
        self.screen.draw(|frame| render(frame.area(), frame.buffer_mut()))?;
        execute!(self.screen.backend_mut(), EndSynchronizedUpdate)
    }

    /// Sends `text` to the terminal's clipboard (OSC 52). The terminal does not say whether it takes the text.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal back; it can be taken again with [`Terminal::resume`].
    pub fn leave(&mut self) {
        let _ = self.screen.backend_mut().flush();
        give_back();
    }

    /// Takes the terminal again after [`Terminal::leave`]; the next frame is drawn whole.
    ///
    /// # Errors
    /// If it cannot be switched.
    pub fn resume(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        begin(self.screen.backend_mut(), self.mouse)?;
        self.repaint();
        Ok(())
    }

    /// Forgets what is on the screen: the next frame is drawn whole. (Clearing through ratatui would ask the terminal
    /// for the cursor and wait for its answer.)
    pub fn repaint(&mut self) {
        let _ = queue!(self.screen.backend_mut(), Clear(ClearType::All));
        self.screen.swap_buffers();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.leave();
    }
}

fn begin(out: &mut impl Write, mouse: bool) -> io::Result<()> {
    queue!(out, EnterAlternateScreen, Hide, Clear(ClearType::All), MoveTo(0, 0))?;
    if mouse {
        queue!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back if it is ours.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = queue!(out, EndSynchronizedUpdate);
    let _ = queue!(out, DisableMouseCapture);
    let _ = queue!(out, LeaveAlternateScreen);
    let _ = queue!(out, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic, wherever it is, is read on the shell's screen.
fn give_back_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        before(info);
        // A thread that dies alone would leave a screen without keys or frames: the whole program ends.
        if std::thread::current().name() != Some("main") {
            std::process::exit(101);
        }
    }));
}
