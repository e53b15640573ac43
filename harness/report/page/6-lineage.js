// Who descends from whom: as a chart, and as a list that opens step by step.

function ancestry(run, number) {
  const ids = new Set();
  const queue = [run.byNumber.get(number)];
  for (const program of queue) {
    if (!program || ids.has(program.number)) continue;
    ids.add(program.number);
    queue.push(...program.parents.map((id) => run.byId.get(id)));
  }
  return ids;
}

function lineage(run) {
  const chart = run.charts.lineage;
  const best = bestOf(run);
  const kin = (number) => {
    const ids = ancestry(run, number);
    return chart.data.edges.filter((edge) => ids.has(edge.to));
  };
  const marked = chart && { ...chart, data: { ...chart.data, kin: best ? kin(best.number) : [] } };
  const children = new Map();
  const first = (program) => program.parents.map((id) => run.byId.get(id)).find(Boolean);
  for (const program of run.programs) {
    const parent = first(program)?.number ?? 0;
    children.set(parent, [...(children.get(parent) ?? []), program]);
  }
  const line = best ? ancestry(run, best.number) : new Set();

  function branch(list) {
    return h("ul", {}, list.map((program) => {
      const own = children.get(program.number) ?? [];
      const label = [link(run, program, `${program.number} ${program.name}`), " ", program.delta === null ? h("span", { class: "soft" }, program.verdict) : delta(program.delta)];
      if (!own.length) return h("li", {}, label);
      const inside = h("details", { open: line.has(program.number) && own.some((child) => line.has(child.number)) }, h("summary", {}, plural(own.length, "child", "children")));
      const fill = () => { if (inside.open && inside.children.length === 1) inside.append(branch(own)); };
      inside.addEventListener("toggle", fill);
      fill();
      return h("li", {}, label, inside);
    }));
  }

  const tree = branch(children.get(0) ?? []);
  tree.className = "tree";
  return [
    heading("Lineage"),
    marked ? figure("lineage", marked, `Each program at its number and ${run.titles.worth}, joined to its parents; those without a result are in the list below. The orange lines are the ancestry of ${best ? "the best program, " + best.number : "no program"}; hold the pointer over another to see its own.`, {
      onpick: open(run),
      ready: (view) => view.addEventListener("mouseover", (event, item) => {
        if (item?.datum?.number) view.change("kin", window.vega.changeset().remove(() => true).insert(kin(item.datum.number))).run();
      }),
    }) : h("p", { class: "soft" }, "No program has a result yet."),
    h("h2", {}, "From each seed"),
    h("p", { class: "soft" }, "Every program stands below its first parent; the way to the best one is open."),
    tree,
  ];
}
