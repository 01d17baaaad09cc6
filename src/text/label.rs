//! Words and short phrases without figures.

mod english;

use crate::state::State;
use english::english;

/// A text of the screen that holds no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it says")]
pub enum Label {
    Serial,
    SerialGil,
    Threads,
    Processes,
    Async,
    ThreadsGil,
    ProcessesGil,
    AsyncGil,
    SerialOld,
    ThreadsOld,
    ProcessesOld,
    AsyncOld,
    GilOff,
    Measured,
    NoKernelRecord,
    NoKernelRecordShort,
    Replay,
    Paused,
    Running,
    Calibrating,
    StartingRun,
    Done,
    Failed,
    NoRunYet,
    CoresBusy,
    Core,
    Laps,
    Others,
    OtherPrograms,
    GilHeld,
    Lock,
    Held,
    TheLoop,
    ReadyBehindIt,
    WaitingAtOnce,
    WaitingShort,
    Tasks,
    CoresByTask,
    Time,
    PressToRun,
    NotMeasurable,
    StateQueued,
    StateStarting,
    StateCopying,
    StateRunning,
    StatePreempted,
    StateLock,
    StateChannel,
    StateGil,
    StateIo,
    StateSleep,
    StateUnknown,
    StateWaitsForCore,
    StateWaitsForLoop,
    WaitsCore,
    WaitsLoop,
    WaitsLock,
    WaitsChannel,
    WaitsGil,
    WaitsIo,
    LoopListens,
    KeyModel,
    KeySerial,
    KeyThreads,
    KeyProcesses,
    KeyAsync,
    KeyGil,
    KeyGeneration,
    KeyVariant,
    KeyOpen,
    KeyDials,
    KeyAgain,
    KeySlow,
    KeyPause,
    KeyLaneUp,
    KeyLaneDown,
    KeyLanesUp,
    KeyLanesDown,
    KeyFilter,
    KeySort,
    KeyPanLeft,
    KeyPanRight,
    KeyZoomIn,
    KeyZoomOut,
    KeyFit,
    KeyStart,
    KeyEnd,
    KeyPrevious,
    KeyNext,
    KeyDetail,
    KeyView,
    KeyViewBack,
    KeyCosts,
    KeyPicture,
    KeyClose,
    KeyHelp,
    KeyQuit,
    KeySuspend,
    GroupModel,
    GroupRun,
    GroupLook,
    GroupProgram,
    HelpTitle,
    BoardBar,
    HelpHere,
    HelpMouse,
    HelpMouseMore,
    GilShort,
    OldGil,
    OldShort,
    CoresShort,
    LoopShort,
    EventLoop,
    MainThread,
    MainThreadShort,
    HelperThreads,
    NoTask,
    HelpScroll,
    LegendTitle,
    LegendTall,
    LegendLow,
    LegendDotted,
    LegendFolded,
    PickerTitle,
    PickerHint,
    WorksTitle,
    DialsTitle,
    DialsHint,
    DialTasks,
    DialCpu,
    DialWait,
    DialWorkers,
    DialCores,
    DialInterval,
    DialCheckInterval,
    DialForcedSwitching,
    NotForced,
    Automatic,
    AllCores,
    LensTitle,
    LensKept,
    DetailsFrom,
    LensShort,
    Utilization,
    UtilizationShort,
    Used,
    Mean,
    Peak,
    Unknown,
    CoreComputes,
    CoreOffTask,
    CoreOffTaskShort,
    CoreOverhead,
    CoreOthersSampled,
    Worker,
    Workers,
    ViewOrder,
    Place,
    WorkersShort,
    Outcome,
    Longest,
    Changes,
    More,
    SortStart,
    SortTime,
    SortWaiting,
    SortWorker,
    Sorted,
    LineKeep,
    LineCancel,
    LineClear,
    LineStates,
    EscClears,
    NobodyFits,
    NoSuchState,
    StateNames,
    OutcomeNames,
    MachineLoad,
    MachineLoadShort,
    Of,
    OneTask,
    ManyTasks,
    TasksUnderWay,
    StartEach,
    CopiedIn,
    GilWaited,
    HandOvers,
    Switches,
    Forced,
    OnAverage,
    WatchingCosts,
    ServerTakes,
    QuotaHeldBack,
    FilesInMemory,
    Memory,
    EventsLost,
    TasksInARow,
    InARow,
    Idle,
    MoreCores,
    TurnsASecond,
    Waited,
    InAll,
    Every,
    WhenAsked,
    AtACheck,
    ByItself,
    Waiters,
    KeyUnblocker,
    KeyNextLoss,
    KeyPreviousLoss,
    HeldTheGil,
    GoThere,
    Compare,
    KeyCompare,
    KeyFast,
    KeyScrubBack,
    KeyScrubOn,
    KeyPreviousEvent,
    KeyNextEvent,
    NothingRunsHere,
    NoSuchRun,
    NoVariants,
    NoLosses,
    OneWorkload,
    NothingToCompare,
    FromFile,
    Ideal,
    IdealNote,
    MeasuringRun,
    ColumnTime,
    ColumnSpeedup,
    ComesLater,
    NotMeasured,
    /// A badge: nobody here knows who made the run.
    UnknownMaker,
    NotInFile,
    Incomplete,
    ColumnCores,
    ColumnStart,
    ColumnCopied,
    ColumnMemory,
    ColumnWorkers,
    ColumnLatency,
    ColumnTail,
    KeyRecord,
    InFileAlready,
    NothingToStore,
    KeyCopy,
    KeyRedraw,
    KeyTheme,
    LitChoose,
    LitOpen,
    LitRun,
    LitScroll,
    LitTurn,
}

impl Label {
    /// The name of a state that keeps a worker occupied (`holds`) or none. Wherever people read of a state, they read
    /// this name, its short form ([`Label::short_of_state`]), or a form of its verb.
    pub const fn of_state(state: State, holds: bool) -> Label {
        match state {
            State::Queued => Label::StateQueued,
            State::Starting => Label::StateStarting,
            State::Copying => Label::StateCopying,
            State::Running | State::Ended => Label::StateRunning,
            State::Ready if !holds => Label::StateWaitsForLoop,
            State::Ready => Label::StateWaitsForCore,
            State::Preempted => Label::StatePreempted,
            State::Lock => Label::StateLock,
            State::Channel => Label::StateChannel,
            State::Gil => Label::StateGil,
            State::Io => Label::StateIo,
            State::Sleep => Label::StateSleep,
            State::Unknown => Label::StateUnknown,
        }
    }

    /// The name of a state where there is room for two words: each of its words stands in the whole name too.
    pub const fn short_of_state(state: State, holds: bool) -> Label {
        match Label::of_state(state, holds) {
            Label::StateWaitsForCore => Label::WaitsCore,
            Label::StateWaitsForLoop => Label::WaitsLoop,
            Label::StateLock => Label::WaitsLock,
            Label::StateChannel => Label::WaitsChannel,
            Label::StateGil => Label::WaitsGil,
            Label::StateIo => Label::WaitsIo,
            Label::StateUnknown => Label::Unknown,
            whole => whole,
        }
    }

    /// The text.
    pub const fn text(self) -> &'static str {
        english(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::report;

    /// The words of a name that carry its meaning.
    fn words(text: &str) -> Vec<&str> {
        text.split([' ', ',']).filter(|word| !matches!(*word, "" | "for" | "a" | "the")).collect()
    }

    #[test]
    fn every_state_has_one_name_and_no_two_have_the_same() {
        let all = State::ALL.into_iter().flat_map(|state| [(state, true), (state, false)]);
        let mut seen: Vec<(State, &str)> = Vec::new();
        for (state, holds) in all {
            let (whole, short) = (Label::of_state(state, holds).text(), Label::short_of_state(state, holds).text());
            assert!(words(short).iter().all(|word| words(whole).contains(word)), "{short} is no form of {whole}");
            assert!(short.len() <= "waits lock".len(), "{short} is not short");
            let taken = seen.iter().find(|(other, name)| *other != state && (*name == whole || *name == short));
            assert_eq!(taken, None, "{state:?} has the name of another state");
            seen.extend([(state, whole), (state, short)]);
            assert_eq!((report::state(state, holds), report::short_state(state, holds)), (whole, short));
        }
    }

    #[test]
    fn what_is_told_of_a_wait_is_a_form_of_its_state_s_name() {
        for state in State::ALL {
            for holds in [true, false] {
                let Some(wait) = report::Wait::of(state, !holds) else { continue };
                let whole = Label::of_state(state, holds).text();
                assert_eq!(wait.verb().trim_start_matches("is "), whole, "{state:?}");
                let stem = |word: &str| word.chars().take(4).collect::<String>();
                let told: Vec<_> = words(wait.noun()).into_iter().map(stem).collect();
                assert_eq!(told, words(whole).into_iter().map(stem).collect::<Vec<_>>(), "{state:?}");
            }
        }
    }
}
