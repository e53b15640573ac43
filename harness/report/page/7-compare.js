// Runs beside each other: how a control is read.

function compare(run) {
  const { comparison, runs } = DATA;
  const { charts } = comparison;
  const configurations = comparison.rows.length;
  const openOf = (datum) => { if (datum.id) location.hash = place(runs.find((one) => one.id === datum.run), "program", datum.id.split(".").pop()); };
  const seeded = comparison.rows.some((row) => row.runs.length > 1);
  const band = seeded ? " A line is the mean of a configuration's seeds, its band their least and greatest." : "";
  const nothing = comparison.rows.filter((row) => sum(row.spent) === 0).map((row) => row.configuration);
  const free = nothing.length ? ` ${nothing.join(", ")} spent nothing, and stands where it ended.` : "";
  return [
    heading(`${plural(runs.length, "run")} compared`),
    h("p", { class: "soft" }, `${plural(configurations, "configuration")}; runs that differ in their seed alone are one.`),
    comparison.statements.map((text) => h("div", { class: "verdict" }, h("p", { class: "said" }, text))),
    comparison.cautions.map((text) => h("p", { class: "soft caution" }, text)),
    h("section", {}, h("h2", {}, "Best so far, at equal budgets"), h("div", { class: "pair" },
      charts.raced && figure("raced", charts.raced, `Best ${run.titles.worth} after each number of programs; every run has ${counted(comparison.programs)} of them.${band}`),
      charts.paid ? figure("paid", charts.paid, `The same by US dollars spent on models; calls without a known price count at most.${band}${free}`)
        : h("p", { class: "soft" }, "No run spent anything on models that the archive knows of, so there is nothing to set against dollars."))),
    h("section", {}, h("h2", {}, "Configurations"), configurationTable(comparison)),
    charts.frontiers && h("section", {}, h("h2", {}, "Frontiers"),
      figure("frontiers", charts.frontiers, `The frontier of each run, ${run.titles.worth} against ${run.titles.cost}; colour and shape are of its configuration. Choose a point to open its program.`, { onpick: openOf })),
    h("section", {}, h("h2", {}, "Does it hold?"), table("Whether each run holds", [
      { name: "run", cell: (one) => h("a", { href: place(one, "overview") }, one.id) },
      { name: "held out, the program to report", wide: true, cell: (one) => one.holding.verdicts?.at(0).sentence ?? "It has no result." },
    ], runs)),
  ];
}

function configurationTable({ rows, programs, dollars }) {
  const spread = (of) => (row) => row[of] && [delta(row[of].mean), row.runs.length > 1 ? h("small", {}, `${signed(row[of].low)} to ${signed(row[of].high)}`) : null];
  const each = (values) => [...new Set(values)].join(", ");
  return table("Configurations", [
    { name: "configuration", wide: true, cell: (row) => row.configuration },
    { name: "runs", cell: (row) => row.runs.map((id, at) => [at ? ", " : "", h("a", { href: place({ id }, "overview") }, id)]) },
    { name: "seeds", cell: (row) => row.seeds.join(", ") },
    { name: `best at ${plural(programs, "program")}`, number: true, cell: spread("equal_programs"), key: (row) => row.equal_programs?.mean },
    dollars !== null && { name: `best at $${fixed(dollars)}`, number: true, cell: spread("equal_dollars"), key: (row) => row.equal_dollars?.mean },
    { name: "best at its end", number: true, cell: spread("end"), key: (row) => row.end?.mean },
    { name: "programs", number: true, cell: (row) => each(row.programs.map(counted)) },
    { name: "frontier", number: true, cell: (row) => each(row.frontier) },
    { name: "US dollars", number: true, cell: (row) => each(row.spent.map((value) => fixed(value))) },
  ].filter(Boolean), rows);
}
