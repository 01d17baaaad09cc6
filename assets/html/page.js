// The page itself: tabs, keys, mouse and touch, themes, printing.

const THEMES = ["dark", "light", "high-contrast", "color-blind"];
/** What keys do: all of them, how they are written, what that is called, and what happens. */
const KEYS = [
  [["1", "2", "3", "4", "5", "6", "7", "8", "9"], "1 2 3 4", W.model, (key) => choose(key)],
  [["g"], "g", W.gil, toggleLock],
  ...(DOC.works.length > 1 ? [[["o"], "o", W.work, nextWork]] : []),
  [["x"], "x", W.compare, () => compare(!state.compares)],
  [[" "], W.space, W.play, play],
  [["z"], "z", W.slow, slow],
  [["ArrowUp", "k"], "↑ k", W.lane_up, () => lane(-1)],
  [["ArrowDown", "j"], "↓ j", W.lane_down, () => lane(1)],
  [["PageUp"], "PgUp", W.lanes_up, () => lane(-10)],
  [["PageDown"], "PgDn", W.lanes_down, () => lane(10)],
  [[","], ",", W.previous, () => segment(false)],
  [["."], ".", W.next, () => segment(true)],
  [["Enter"], "Enter", W.detail, detail],
  [["+", "="], "+", W.zoom_in, () => zoom(2)],
  [["-"], "-", W.zoom_out, () => zoom(0.5)],
  [["ArrowLeft", "h"], "← h", W.pan_left, () => pan(-0.25)],
  [["ArrowRight", "l"], "→ l", W.pan_right, () => pan(0.25)],
  [["f"], "f", W.fit, fit],
  [["Home"], "Home", W.start, toStart],
  [["End"], "End", W.end, toEnd],
  [["t"], "t", W.theme_button, nextTheme],
  [["?", "F1"], "?", W.keys, help],
  [["Escape"], "Esc", W.close, close],
];
/** The unshifted top row of an AZERTY keyboard counts as the digits on it. */
const AZERTY = { "&": "1", "é": "2", '"': "3", "'": "4" };
const ACTIONS = { in: () => zoom(2), out: () => zoom(0.5), fit, previous: () => segment(false), next: () => segment(true), play, slow, gil: toggleLock, theme: nextTheme, help };

function detail() {
  if (!state.selected) lane(1);
  state.detail = !state.detail;
  redraw();
  if (state.detail) say(`${run().tasks[state.selected.task]}: ${taskLine(run(), state.selected.task)}`);
}

function help() {
  const dialog = $("help");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

/** A tab for each key of each work, and one for the comparison. */
function makeTabs() {
  const tabs = [];
  for (const index of DOC.works.keys()) {
    const runs = DOC.runs.filter((r) => r.work === index);
    for (const key of new Set(runs.map((r) => r.key))) {
      const alike = runs.filter((r) => r.key === key);
      const name = (alike.find((r) => !r.locked) ?? alike[0]).name;
      tabs.push(tab(key, name, () => chooseIn(index, key), index));
    }
  }
  if (DOC.runs.length > 1) tabs.push(tab("x", W.compare, () => compare(true)));
  $("tablist").replaceChildren(...tabs);
  $("tablist").addEventListener("keydown", (event) => {
    const all = [...$("tablist").children];
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    next.click();
    next.focus();
  });
}

/** The run under that key in that work. */
function chooseIn(work, key) {
  if (work === run().work) return choose(key);
  const runs = [...DOC.runs.keys()].filter((index) => DOC.runs[index].work === work && DOC.runs[index].key === key);
  return show(runs.find((index) => !DOC.runs[index].locked) ?? runs[0]);
}

/** What a tab is called in the document: its key, with the number of its work behind where there are several. */
const tabId = (key, work) => (DOC.works.length > 1 && work != null ? `tab-${key}-${work}` : `tab-${key}`);

function tab(key, name, act, work = null) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "tab");
  button.id = tabId(key, work);
  button.dataset.key = key;
  button.append(Object.assign(document.createElement("kbd"), { textContent: key }), ` ${name}`);
  button.addEventListener("click", act);
  return button;
}

function drawTabs() {
  const one = run();
  const here = state.compares ? tabId("x") : tabId(one.key, one.work);
  for (const tab of $("tablist").children) {
    const chosen = tab.id === here;
    tab.setAttribute("aria-selected", String(chosen));
    tab.setAttribute("aria-controls", tab.dataset.key === "x" ? "board" : "panel");
    tab.tabIndex = chosen ? 0 : -1;
  }
  const gil = $("gil");
  gil.hidden = !own().some((index) => DOC.runs[index].locked);
  gil.setAttribute("aria-pressed", String(one.locked));
  gil.setAttribute("aria-disabled", String(variant() < 0));
  gil.replaceChildren(Object.assign(document.createElement("kbd"), { textContent: "g" }), ` ${one.locked ? W.gil_on : W.gil_off}`);
  $("panel").setAttribute("aria-labelledby", tabId(one.key, one.work));
}

let before = 0;
function draw(now) {
  advance(Math.min(now - before, 100));
  before = now;
  const one = run();
  $("panel").hidden = state.compares;
  $("subtitle").textContent = work().title;
  $("sentence").textContent = (state.compares ? work().sentence : one.sentence) || work().sentence;
  const replays = state.play && !state.play.paused;
  $("badge").textContent = state.play ? `${W.replay_badge} ${state.play.slower > 1 ? `1/${state.play.slower}` : ""}` : one.badge;
  $("play").textContent = replays ? "‖" : "▶";
  const folds = DOC.runs.filter((r) => r.spans.cell > 0);
  $("folded").hidden = state.compares || one.cell === 0;
  if (folds.length > 0 && one.cell > 0) $("folded").textContent = `${W.sums_note} ${time(one.cell)}.`;
  drawTabs();
  if (!state.compares) {
    drawStage();
    drawDetail(one);
  } else {
    $("tip").hidden = true;
  }
  drawBoard();
  for (const [index, row] of [...$("figures").querySelectorAll("tbody tr")].entries()) row.classList.toggle("current", index === state.index);
  if (replays) redraw();
}

function nextTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const here = root.dataset.theme === "auto" ? (dark ? "dark" : "light") : root.dataset.theme;
  root.dataset.theme = THEMES[(THEMES.indexOf(here) + 1) % THEMES.length];
  say(root.dataset.theme);
  recolour();
}

function recolour() {
  patterns = new Map();
  readColours();
  drawShapes();
  redraw();
}

/** How to read a lane. */
function drawShapes() {
  const [on, off] = [1, 0];
  const shapes = [
    [2 * S.running + on, W.tall],
    [2 * S.sleep + on, W.low],
    [2 * S.sleep + off, W.dotted],
    [2 * S.starting + on, W.stippled],
    [2 * S.queued, W.thin],
  ];
  $("shapes").replaceChildren(...shapes.map(([kind, words]) => legendEntry(kind, words, "")));
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ($("help").open) {
    if (event.key === "?") help();
    return;
  }
  const presses = event.target.closest?.("button, summary, a, .wide");
  if (presses && ["Enter", " "].includes(event.key)) return;
  const key = AZERTY[event.key] ?? event.key;
  const found = KEYS.find(([keys]) => keys.includes(key));
  if (!found) return;
  event.preventDefault();
  found[3](key);
}

/** What the mouse or the finger holds: where it began, and what was looked at then. */
let held = null;
const fingers = new Map();
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

function onDown(event) {
  if (event.button > 0) return;
  const [x, y] = place(event);
  fingers.set(event.pointerId, x);
  held = { x, y: event.clientY, view: { ...state.view }, scroll: state.scroll, page: scrollY, moved: false, axis: hit(x, y)?.axis ?? false };
  if (fingers.size === 2) held.pinch = { apart: spread(), at: timeAt(mean()) };
  try {
    canvas.setPointerCapture(event.pointerId);
  } catch {
    // A pointer that is gone already cannot be held.
  }
  if (held.axis) scrub(timeAt(x));
}

const spread = () => Math.max(8, Math.max(...fingers.values()) - Math.min(...fingers.values()));
const mean = () => [...fingers.values()].reduce((a, b) => a + b, 0) / fingers.size;

function onMove(event) {
  const [x, y] = place(event);
  if (!held || !fingers.has(event.pointerId)) {
    pointed = [x, y];
    hover(x, y);
    return;
  }
  fingers.set(event.pointerId, x);
  if (held.pinch && fingers.size === 2) {
    const span = (held.view.span * held.pinch.apart) / spread();
    look(held.pinch.at - ((mean() - layout.left) / layout.plot) * span, span);
    held.moved = true;
    return;
  }
  if (held.axis) return void scrub(timeAt(x));
  const down = event.clientY - held.y;
  if (!held.moved && Math.abs(x - held.x) < 4 && (layout.most <= 0 || Math.abs(down) < 4)) return;
  held.moved = true;
  pointed = null;
  canvas.classList.add("drags");
  $("tip").hidden = true;
  if (layout.most > 0) dragDown(down, event.pointerType);
  look(held.view.from - ((x - held.x) / layout.plot) * held.view.span, held.view.span);
}

/** Many lanes follow the pointer; a finger that goes on where they end moves the page. */
function dragDown(down, pointer) {
  const wanted = held.scroll - down;
  state.scroll = Math.min(Math.max(wanted, 0), layout.most);
  if (pointer === "touch") scrollTo(0, held.page + wanted - state.scroll);
}

function onUp(event) {
  const [x, y] = place(event);
  fingers.delete(event.pointerId);
  canvas.classList.remove("drags");
  const was = held;
  if (fingers.size === 0) held = null;
  if (!was || was.moved || was.axis || event.type === "pointercancel") return;
  const found = hit(x, y);
  if (found?.task == null) return;
  const at = timeAt(x);
  const one = run();
  const span = found.label || !one.exact ? -1 : one.spanAt(found.task, at);
  pointed = [x, y];
  select(found.task, span >= 0 && at < untilOf(one) ? at : null);
}

function onWheel(event, area) {
  const across = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  const [x] = place(event);
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const box = area.getBoundingClientRect();
    const at = area === canvas ? timeAt(x) : state.view.from + ((event.clientX - box.left) / box.width) * state.view.span;
    zoom(2 ** (-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY) / 100, 1)), at);
  } else if (across !== 0 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
    event.preventDefault();
    look(state.view.from + (across / area.clientWidth) * state.view.span, state.view.span);
  } else if (area === canvas && layout.most > 0 && !event.shiftKey) {
    const next = Math.min(Math.max(state.scroll + event.deltaY, 0), layout.most);
    if (next === state.scroll) return;
    event.preventDefault();
    state.scroll = next;
    redraw();
  }
}

function wire() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) ACTIONS[act]();
  });
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", () => {
    pointed = null;
    $("tip").hidden = true;
  });
  canvas.addEventListener("wheel", (event) => onWheel(event, canvas), { passive: false });
  $("rows").addEventListener("wheel", (event) => {
    const bar = event.target.closest(".row")?.querySelector("canvas");
    if (state.compares && bar) onWheel(event, bar);
  }, { passive: false });
  new ResizeObserver(redraw).observe(document.body);
  addEventListener("resize", () => recolour());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  printing();
}

/** On paper: the comparison and the figures, dark on light. */
function printing() {
  let was = null;
  addEventListener("beforeprint", () => {
    was = { theme: document.documentElement.dataset.theme, compares: state.compares, play: state.play, view: state.view };
    document.documentElement.dataset.theme = "light";
    Object.assign(state, { compares: DOC.runs.length > 0, play: null, view: { from: 0, span: whole() } });
    patterns = new Map();
    readColours();
    draw(performance.now());
  });
  addEventListener("afterprint", () => {
    if (!was) return;
    document.documentElement.dataset.theme = was.theme;
    Object.assign(state, { compares: was.compares, play: was.play, view: was.view });
    recolour();
  });
}

function begin() {
  if (DOC.runs.length === 0) return;
  $("keys").replaceChildren(
    ...KEYS.map(([, shown, words]) => {
      const line = document.createElement("div");
      line.append(Object.assign(document.createElement("dt"), { textContent: shown }), Object.assign(document.createElement("dd"), { textContent: words }));
      return line;
    }),
  );
  for (const id of ["tabs", "panel", "board"]) $(id).hidden = false;
  $("command").hidden = $("command").querySelector("code").textContent === "";
  makeTabs();
  makeBoard();
  wire();
  readColours();
  drawShapes();
  draw(performance.now());
}

begin();
