// Addresses are #/RUN/PAGE or #/RUN/program/NUMBER, so that a page can be bookmarked and the way back works.

const DATA = JSON.parse(document.getElementById("data").textContent);
const PAGES = { ...(DATA.comparison ? { compare: ["Compare", compare] } : {}), overview: ["Overview", overview], programs: ["Programs", programs], lineage: ["Lineage", lineage], transfer: ["Transfer", transfer], methods: ["Methods", methods] };
const place = (run, page, number) => `#/${run.id}/${page}${number ? "/" + number : ""}`;
const heading = (text) => h("h1", { tabindex: "-1" }, text);

function indexed(run) {
  run.byNumber = new Map(run.programs.map((program) => [program.number, program]));
  run.byId = new Map(run.programs.map((program) => [program.id, program]));
  run.onFront = new Set(run.frontier);
}

function here() {
  const [id, page, number] = location.hash.replace(/^#\/?/, "").split("/");
  const run = DATA.runs.find((one) => one.id === id) ?? DATA.runs[0];
  return { run, page: page === "program" || page in PAGES ? page : Object.keys(PAGES)[0], number: Number(number) };
}

function header({ run, page }) {
  const current = page === "program" ? "programs" : page;
  document.getElementById("top").replaceChildren(...[
    h("strong", {}, "ttc"),
    DATA.runs.length > 1
      ? h("select", { "aria-label": "Run", onchange: (event) => { location.hash = `#/${event.target.value}/overview`; } },
        DATA.runs.map((one) => h("option", { value: one.id, selected: one === run }, `${one.id}, ${when(one.created)}`)))
      : h("span", { class: "soft" }, `run ${run.id}`),
    h("nav", { "aria-label": "Pages" }, Object.entries(PAGES).map(([name, [title]]) =>
      h("a", { href: place(run, name), "aria-current": name === current ? "page" : null }, title))),
    DATA.live > 0 && h("span", { class: run.status === "running" ? "live soft" : "soft", id: "live" }, run.status),
    h("button", { type: "button", id: "theme", onclick: toggle }, dark() ? "Light" : "Dark"),
  ].filter(Boolean));
}

function render({ focus = true } = {}) {
  const at = here();
  forgetCharts();
  header(at);
  const parts = at.page === "program" ? programPage(at.run, at.number) : PAGES[at.page][1](at.run);
  const main = document.getElementById("main");
  main.replaceChildren(...parts.flat(Infinity).filter(Boolean));
  const title = main.querySelector("h1");
  document.title = `${title.textContent} · ttc ${at.run.id}`;
  if (focus) {
    window.scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }
}

function toggle() {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  header(here());
  repaint();
  document.getElementById("theme").focus();
}

// While runs go on, ask for what is new: programs after the last one of each, and each run's summary.
async function follow() {
  const known = DATA.runs.map((run) => `run=${run.id}&after=${run.programs.length ? run.programs.at(-1).number : 0}&status=${run.status}`);
  try {
    const answer = await fetch(`data.json?${known.join("&")}`);
    if (answer.status === 200) {
      const news = await answer.json();
      if (news.moved) { location.hash = ""; location.reload(); return; }
      news.runs.forEach(learn);
      DATA.comparison = news.comparison;
      refresh();
      document.getElementById("news").textContent = news.runs.map((one) => `${DATA.runs.length > 1 ? `Run ${one.run.id}: ` : ""}${plural(DATA.runs.find((same) => same.id === one.run.id).programs.length, "program")}, ${one.run.status}.`).join(" ");
    } else document.getElementById("live").textContent = here().run.status;
  } catch { document.getElementById("live").textContent = "not connected"; }
  setTimeout(follow, DATA.live);
}

// Draw what is new; a chart or a table that the keyboard is in stays until it is left.
let stale = false;
function refresh() {
  const main = document.getElementById("main");
  const drawn = ["overview", "lineage", "compare"].includes(here().page);
  stale = drawn && main.contains(document.activeElement) && document.activeElement.closest(".plot, table") !== null;
  if (!drawn || stale) { header(here()); return; }
  const y = window.scrollY;
  render({ focus: false });
  window.scrollTo(0, y);
}

function learn({ run: told, programs }) {
  const run = DATA.runs.find((one) => one.id === told.id);
  Object.assign(run, told, { programs: [...run.programs, ...programs.filter((program) => !run.byNumber.has(program.number))] });
  indexed(run);
}

const bright = window.matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = bright.matches ? "dark" : "light";
bright.addEventListener("change", () => { document.documentElement.dataset.theme = bright.matches ? "dark" : "light"; header(here()); repaint(); });
DATA.runs.forEach(indexed);
document.getElementById("foot").append(`Made by ttc ${DATA.version}, ${when(DATA.made)}. Every number comes from the archive; nothing is fetched from elsewhere.`);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main").focus(); });
window.addEventListener("hashchange", () => render());
if (DATA.runs.length) render({ focus: false });
else document.getElementById("main").replaceChildren(heading("No run yet"), h("p", {}, "The archive has no run."));
if (DATA.live && DATA.runs.length) {
  document.getElementById("main").addEventListener("focusout", () => setTimeout(() => stale && refresh()));
  setTimeout(follow, DATA.live);
}
