// Put into a page of made-up runs, before its own script, in a real browser: presses its keys, moves its pointer, and says what came of it.
// Each line is `ok NAME` or `FAILED NAME: what was seen`; the last one says how many there were.
(() => {
  "use strict";
  // Without a screen no frame is ever asked for.
  globalThis.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);
  const lines = [];
  const faults = [];
  addEventListener("error", (event) => faults.push(`error: ${event.message}`));
  addEventListener("unhandledrejection", (event) => faults.push(`rejected: ${event.reason}`));
  addEventListener("securitypolicyviolation", (event) => faults.push(`refused: ${event.blockedURI}`));
  const complain = console.error;
  console.error = (...words) => (faults.push(words.join(" ")), complain(...words));

  const $ = (id) => document.getElementById(id);
  const canvas = $("timeline");
  const check = (name, good, seen) => lines.push(good ? `ok ${name}` : `FAILED ${name}: ${JSON.stringify(seen)}`);
  const is = (name, seen, expected) => check(name, JSON.stringify(seen) === JSON.stringify(expected), seen);
  const frame = () => new Promise((done) => setTimeout(done, 50));
  const view = () => [Number(canvas.dataset.from), Number(canvas.dataset.to)];
  const span = () => view()[1] - view()[0];
  const chosen = () => document.querySelector('[role="tab"][aria-selected="true"]').textContent.trim();
  const heard = () => $("live").textContent;
  const near = (a, b, by) => Math.abs(a - b) <= by;

  async function press(key, target = canvas) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await frame();
  }

  /** The place of an instant, in the middle of a task's lane. */
  function place(ns, task) {
    const box = canvas.getBoundingClientRect();
    const [from, to] = view();
    const { left, plot, top, lane } = canvas.dataset;
    return [box.left + Number(left) + ((ns - from) / (to - from)) * Number(plot), box.top + Number(top) + (task + 0.5) * Number(lane)];
  }

  async function pointer(type, [clientX, clientY], more = {}) {
    canvas.dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerId: 1, isPrimary: true, bubbles: true, cancelable: true, ...more }));
    await frame();
  }

  async function wheel([clientX, clientY], more) {
    const event = new WheelEvent("wheel", { clientX, clientY, bubbles: true, cancelable: true, ...more });
    canvas.dispatchEvent(event);
    await frame();
    return event.defaultPrevented;
  }

  const MS = 1e6;
  const plain = (text) => text.replace(/\u202f/g, "");

  async function models() {
    is("the first run is shown first", chosen(), "1 serial");
    await press("2");
    is("2 shows the threads", chosen(), "2 threads");
    check("a change of the model is said", heard().startsWith("threads:"), heard());
    is("the scoreboard's row is lit", $("rows").querySelector('[aria-current="true"] .name').textContent, "threads");
    await press("g");
    is("g turns the lock on", [$("gil").getAttribute("aria-pressed"), $("sentence").textContent], ["true", "One at a time."]);
    await press("1");
    await press("g");
    check("where there is no such run that is said", heard().includes("serial") && $("gil").getAttribute("aria-pressed") === "false", heard());
    await press("é");
    is("the top row of other keyboards counts", chosen(), "2 threads");
  }

  async function comparing() {
    await press("x");
    check("x shows the comparison", $("panel").hidden && $("board").classList.contains("compares") && chosen() === "x compare", chosen());
    is("the verdict stands on top", $("sentence").textContent, "Threads it is.");
    const bars = [...$("rows").querySelectorAll("button canvas")];
    check("every run has a bar with ink", bars.length === 3 && bars.every(hasInk), bars.length);
    is("figures are a table", [$("figures").querySelectorAll("tbody tr").length, $("figures").querySelectorAll("th[scope]").length], [3, 6]);
    await press("x");
    check("x leads back", !$("panel").hidden, chosen());
  }

  function hasInk(canvas) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value, index) => index % 4 === 3 && value > 0);
  }

  async function zooming() {
    const whole = view();
    await press("+");
    check("+ halves the range", near(span() * 2, whole[1] - whole[0], 1), view());
    await press("-");
    is("- brings it back", view(), whole);
    const at = place(40 * MS, 0);
    const prevented = await wheel(at, { deltaY: -100, ctrlKey: true });
    const [from] = view();
    check("ctrl and wheel zoom", prevented && near(span() * 2, whole[1], 1), view());
    check("around the pointer", near(place(40 * MS, 0)[0], at[0], 1.5) && from > 0, [place(40 * MS, 0)[0], at[0]]);
    const before = view();
    await pointer("pointerdown", place(40 * MS, 0));
    await pointer("pointermove", [at[0] + 60, at[1]]);
    await pointer("pointerup", [at[0] + 60, at[1]]);
    const moved = (60 / Number(canvas.dataset.plot)) * span();
    check("dragging pans", near(before[0] - view()[0], moved, moved * 0.02 + 2), [before, view()]);
    const left = view()[0];
    await press("ArrowRight");
    check("right pans", near(view()[0] - left, span() / 4, 2), view());
    await press("Home");
    is("Home leads to the start", view()[0], 0);
    await press("f");
    is("f shows all again", view(), whole);
    await press("f");
    is("and the run alone", view(), [0, 100 * MS]);
    await press("f");
  }

  async function pinching() {
    const [[x, y], whole] = [place(60 * MS, 0), span()];
    await pointer("pointerdown", [x - 50, y]);
    await pointer("pointerdown", [x + 50, y], { pointerId: 2, isPrimary: false });
    await pointer("pointermove", [x + 150, y], { pointerId: 2, isPrimary: false });
    check("pulling apart zooms", near(span() * 2, whole, 1), [span(), whole]);
    await pointer("pointerup", [x + 150, y], { pointerId: 2, isPrimary: false });
    await pointer("pointerup", [x - 50, y]);
    await press("f");
    is("and nothing is held after", [heard().startsWith("0 s"), span()], [true, whole]);
  }

  /** How many of the canvas' places in a lane have the colour of work. */
  function ink(task) {
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--running").trim();
    const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
    const { left, plot, top, lane } = Object.fromEntries(Object.entries(canvas.dataset).map(([k, v]) => [k, Number(v)]));
    const ratio = devicePixelRatio;
    const { data } = canvas.getContext("2d").getImageData(left * ratio, (top + task * lane) * ratio, plot * ratio, lane * ratio);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (wanted.every((c, n) => Math.abs(data[i + n] - c) < 30) && data[i + 3] > 128) count++;
    return count;
  }

  async function inking() {
    // The first works all the time, the second three quarters of it, the third a fifth, in four hundred pieces.
    const [one, two, three] = [ink(0), ink(1), ink(2)];
    check("unfolded work has its ink", near(two / one, 0.75, 0.02), [one, two]);
    check("folded work keeps its ink", near(three / one, 0.2, 0.02), [one, three]);
  }

  async function hovering() {
    await press("2");
    if ($("gil").getAttribute("aria-pressed") === "true") await press("g");
    await pointer("pointermove", place(30 * MS, 1));
    const tip = plain($("tip").textContent);
    for (const part of ["two", "sleeps", "(25000321 ns)", "from 20000123 ns", "to 45000444 ns"]) check(`the tip says: ${part}`, !$("tip").hidden && tip.includes(part), tip);
    await pointer("pointermove", place(75 * MS, 2));
    const folded = plain($("tip").textContent);
    check("a folded column has its shares", /^three\d+ segments in/.test(folded) && /runs (4[5-9]|5[0-5]) %/.test(folded), folded);
    await pointer("pointerleave", [0, 0]);
    check("the tip goes away", $("tip").hidden, "");
  }

  async function walking() {
    await press("j");
    await press("j");
    check("down selects a lane", heard().startsWith("two"), heard());
    await press(".");
    await press(".");
    check("a full stop walks on", heard().includes("sleeps 25.0 ms"), heard());
    check("what is selected is told exactly", plain($("detail").textContent).includes("25000321 ns"), $("detail").textContent);
    await press(",");
    check("a comma walks back", heard().includes("runs 20.0 ms"), heard());
    await press("Enter");
    check("Enter tells all of the task", $("detail").textContent.includes("done"), $("detail").textContent);
    await press("Escape");
    check("Esc closes the detail", !$("detail").textContent.includes("done"), $("detail").textContent);
    await press("Escape");
    await pointer("pointerdown", place(30 * MS, 1));
    await pointer("pointerup", place(30 * MS, 1));
    check("a press selects a segment", heard().includes("sleeps"), heard());
    await press("Escape");
  }

  async function playing() {
    const badge = $("badge").textContent;
    await press("z");
    check("z replays slowly", $("badge").textContent.includes("1/4"), $("badge").textContent);
    await press(" ");
    check("space stops it", heard().startsWith("paused"), heard());
    await press("Escape");
    is("Esc ends it", $("badge").textContent, badge);
  }

  async function reaching() {
    const tab = document.querySelector('[role="tab"][aria-selected="true"]');
    tab.focus();
    tab.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true, cancelable: true }));
    await frame();
    is("arrows walk the tabs", [chosen(), document.activeElement.id], ["1 serial", "tab-1"]);
    const inOrder = [...document.querySelectorAll("a[href], button, canvas[tabindex], [tabindex]")]
      .filter((e) => e.tabIndex >= 0 && e.offsetParent !== null && !e.closest("dialog"))
      .map((e) => e.id || e.dataset.act || e.className);
    const wanted = ["skip", "theme", "help-button", "tab-1", "gil", "out", "in", "fit", "previous", "next", "play", "slow", "timeline", "row", "row", "row", "wide"];
    is("Tab reaches everything in the order of reading", inOrder.map((name) => (name === "play" ? "play" : name)), wanted);
    canvas.focus();
    check("the timeline takes the focus and says what it is", document.activeElement === canvas && canvas.getAttribute("aria-label").includes("serial"), canvas.getAttribute("aria-label"));
    await press("?");
    check("one work needs no key for others", !$("keys").textContent.includes("another workload"), $("keys").textContent);
    check("? lists the keys", $("help").open && $("keys").children.length > 15, $("keys").children.length);
    await press("?");
    check("and closes them", !$("help").open, "");
    const named = [...document.querySelectorAll("button")].every((b) => (b.getAttribute("aria-label") ?? b.textContent).trim() !== "");
    check("every button has a name", named, "");
    const theme = document.documentElement.dataset.theme;
    await press("t");
    check("t changes the theme", document.documentElement.dataset.theme !== theme, theme);
  }

  /** On the page of two works. */
  async function works() {
    const shown = () => [...$("rows").querySelectorAll("button")].filter((row) => row.offsetParent !== null).map((row) => row.querySelector(".name").textContent);
    const tabs = [...document.querySelectorAll('[role="tab"]')].map((tab) => tab.textContent.trim());
    is("tabs name work and model", tabs, ["1 cpu: serial", "2 cpu: threads", "2 io: threads", "4 io: async", "x compare"]);
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    is("no two things have one id", ids.filter((id, index) => ids.indexOf(id) !== index), []);
    is("a work has its title and its runs", [$("subtitle").textContent, shown()], ["It computes.", ["cpu: serial", "cpu: threads"]]);
    await press("2");
    await press("2");
    is("a model's key stays within the work", chosen(), "2 cpu: threads");
    await press("4");
    check("and says what the work lacks", heard().endsWith(" 4") && chosen() === "2 cpu: threads", heard());
    await press("o");
    is("o leads to the next work", [chosen(), $("subtitle").textContent, shown()], ["2 io: threads", "It waits.", ["io: threads", "io: async"]]);
    is("the panel is that of its tab", [$("panel").getAttribute("aria-labelledby"), document.querySelector('[aria-selected="true"]').id], ["tab-2-1", "tab-2-1"]);
    await press("+");
    await press("o");
    is("and from the last to the first, seen whole", [chosen(), view()[0], span() > 100 * MS], ["1 cpu: serial", 0, true]);
    await press("x");
    is("a verdict is that of one work", [$("sentence").textContent, shown().length], ["Threads compute.", 2]);
    await press("o");
    is("another work is compared too", [chosen(), $("sentence").textContent, shown()], ["x compare", "Async waits.", ["io: threads", "io: async"]]);
    document.getElementById("tab-2-0").click();
    await frame();
    is("a press on a tab leads there", [chosen(), $("panel").hidden], ["2 cpu: threads", false]);
    check("the key is listed", $("keys").textContent.includes("another workload"), $("keys").textContent);
  }

  /** What is said of lane `index` of what tasks share, at an instant. */
  async function shared(index, ns) {
    const box = canvas.getBoundingClientRect();
    const y = box.top + Number(canvas.dataset.shared.split(",")[index]);
    await pointer("pointermove", [place(ns, 0)[0], y]);
    return $("tip").hidden ? "" : plain($("tip").textContent);
  }

  async function sharing() {
    const said = async (name, index, ns, words) => {
      const text = await shared(index, ns);
      check(name, words.every((word) => text.includes(word)), text);
    };
    is("queues, counters and limits have lanes", canvas.dataset.shared.split(",").length, 3);
    await said("a queue says how full it is", 0, 40 * MS, ["queue belt", "2 of 4"]);
    await said("and how full it was before", 0, 15 * MS, ["1 of 4"]);
    await said("a counter holds what it should at first", 1, 45 * MS, ["counter sum", "1, exact"]);
    await said("and then less", 1, 70 * MS, ["is 1, should be 2"]);
    await said("a lost update has a mark", 1, 60 * MS, ["two stored 1 over 1 of one"]);
    await said("a lock says how many have it", 2, 35 * MS, ["lock seats", "1 of 2"]);
    await said("a refused try has a mark", 2, 40 * MS, ["two: refused"]);
    await pointer("pointerdown", [place(20 * MS, 0)[0], canvas.getBoundingClientRect().top + 4]);
    await pointer("pointerup", [place(20 * MS, 0)[0], canvas.getBoundingClientRect().top + 4]);
    check("nothing is said of what comes after the playhead", (await shared(0, 40 * MS)) === "", await shared(0, 40 * MS));
    check("only of what came before", (await shared(0, 15 * MS)).includes("1 of 4"), await shared(0, 15 * MS));
    await press("Escape");
  }

  async function all() {
    const plain = [models, comparing, zooming, pinching, inking, hovering, sharing, walking, playing, reaching];
    for (const part of $("tablist").children.length > 4 ? [works] : plain) await part();
    is("nothing goes wrong", faults, []);
    is("nothing is fetched", performance.getEntriesByType("resource").map((r) => r.name), []);
  }

  addEventListener("load", () =>
    all()
    .catch((why) => lines.push(`FAILED to the end: ${why.stack}`))
    .finally(() => {
      const out = document.createElement("pre");
      out.id = "outcome";
      out.textContent = [...lines, `done ${lines.length}`].join("\n");
      document.body.append(out);
    }),
  );
})();
