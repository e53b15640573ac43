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
