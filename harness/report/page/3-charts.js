// Charts are drawn by Vega without eval, as SVG; colours of text and lines come from the style sheet.

const tip = document.getElementById("tip");

function showTip(handler, event, item, value) {
  if (!value || typeof value !== "object") { tip.hidden = true; return; }
  tip.replaceChildren(...Object.entries(value).map(([name, text]) => h("div", {}, h("b", {}, name + " "), String(text))));
  tip.hidden = false;
  const [x, y] = [event.clientX + 14, event.clientY + 14];
  tip.style.left = Math.min(x, window.innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = (y + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 10 : y) + "px";
}

const views = new Set();
const dark = () => document.documentElement.dataset.theme === "dark";
// Signals of the charts that follow the theme.
const theme = () => (dark() ? { middle: "#2a3038", ink: "#e8ebef" } : { middle: "#f4f4f1", ink: "#16191d" });

function forgetCharts() {
  views.forEach((view) => view.finalize());
  views.clear();
  tip.hidden = true;
}

// A copy of a specification whose titles name what they are of, in place of {measure} and {worth}.
function titled(spec, titles) {
  return JSON.parse(Object.entries(titles).reduce(
    (text, [mark, said]) => text.replaceAll(`{${mark}}`, () => JSON.stringify(said).slice(1, -1)), JSON.stringify(spec)));
}

// The marks of a chart that tell something, from left to right.
function marksOf(plot) {
  const told = [...plot.querySelectorAll("svg .role-mark path, svg .role-mark rect")].filter((mark) =>
    mark.__data__?.tooltip && ["symbol", "rect"].includes(mark.__data__.mark.marktype));
  const at = (mark) => { const box = mark.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  return told.map((mark) => [mark, at(mark)]).sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]).map(([mark]) => mark);
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

// One stop of the Tab key for a chart; the arrow keys go from point to point, which are told and ringed, Enter opens one.
function reachable(plot, onpick) {
  const count = marksOf(plot).length;
  if (!count) return;
  const ring = h("div", { class: "ring", hidden: true });
  const said = h("div", { class: "unseen", role: "status" });
  let place = -1;
  plot.append(ring, said);
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-label", `Chart of ${plural(count, "point")}; the arrow keys go from one to the next${onpick ? ", Enter opens its program" : ""}.`);

  function leave() {
    place = -1;
    ring.hidden = tip.hidden = true;
    said.textContent = "";
  }

  function go(marks, to) {
    place = Math.max(0, Math.min(marks.length - 1, to));
    const [box, around, value] = [marks[place].getBoundingClientRect(), plot.getBoundingClientRect(), marks[place].__data__.tooltip];
    ring.hidden = false;
    ring.style.left = `${box.x - around.x - 5}px`;
    ring.style.top = `${box.y - around.y - 5}px`;
    ring.style.width = `${box.width + 10}px`;
    ring.style.height = `${box.height + 10}px`;
    showTip(null, { clientX: box.right, clientY: box.bottom }, null, value);
    said.textContent = Object.entries(value).map(([name, text]) => `${name} ${text}`).join(", ");
  }

  plot.addEventListener("keydown", (event) => {
    const marks = marksOf(plot);
    if (event.key in STEPS && marks.length) go(marks, place < 0 && STEPS[event.key] === -1 ? marks.length - 1 : place + STEPS[event.key]);
    else if (event.key === "Enter" && onpick && marks[place]) onpick(marks[place].__data__.datum);
    else if (event.key === "Escape" && place >= 0) leave();
    else return;
    event.preventDefault();
  });
  plot.addEventListener("blur", leave);
}

// A figure. `told`: what the chart shows, for those who do not see it; `chart`: {data, params, titles}.
function figure(spec, chart, told, { onpick = null, ready = null } = {}) {
  const plot = h("div", { class: `plot ${spec}` });
  const element = h("figure", { role: "group", "aria-label": told }, plot, h("figcaption", {}, told));
  const copy = titled(DATA.specs[spec], chart.titles ?? {});
  for (const set of copy.data) if (set.name in chart.data) set.values = structuredClone(chart.data[set.name]);
  for (const signal of copy.signals ?? []) {
    const values = { ...chart.params, ...theme() };
    if (signal.name in values) signal.value = values[signal.name];
  }
  requestAnimationFrame(async () => {
    if (!plot.isConnected) return;
    const { view } = await window.vegaEmbed(plot, copy, {
      mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: showTip, hover: false,
    });
    views.add(view);
    plot.querySelector("svg")?.setAttribute("aria-hidden", "true");
    if (onpick) view.addEventListener("click", (event, item) => item?.datum && onpick(item.datum));
    reachable(plot, onpick);
    ready?.(view);
  });
  return element;
}

function repaint() {
  for (const view of views) {
    for (const [name, value] of Object.entries(theme())) if (name in view.getState().signals) view.signal(name, value);
    view.runAsync();
  }
}
