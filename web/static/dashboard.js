// Draws each plot from the table beneath it, so that a plot never says anything else than its table, and a click on it
// leads where the number in the table leads.
"use strict";

const RUNGS = ["#0b5563", "#2a6f7c", "#4a8894", "#b3741c", "#b04a1e", "#a3211c"];
const MOST_BARS = 15;
const plots = new Map();

function colourOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--plot-${name}`).trim();
}

function tableOf(part) {
  const table = document.getElementById(part.dataset.of);
  const heads = [...table.tHead.rows[0].cells];
  const series = heads.map((head, place) => ({ head, place })).filter(({ head }) => "series" in head.dataset);
  const rows = [...table.tBodies[0].rows].map((row) => ({
    name: row.cells[0].textContent.trim(),
    values: series.map(({ place }) => Number(row.cells[place].dataset.value)),
    links: series.map(({ place }) => (row.cells[place].querySelector("a") || {}).href),
  }));
  return {
    names: series.map(({ head }) => head.textContent.trim()),
    colours: series.map(({ head }) => colourOf(head.dataset.series)),
    rows,
  };
}

function inkOf(part) {
  return getComputedStyle(part).color;
}

function common(part, { names, colours }) {
  const ink = inkOf(part);
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: colours,
    textStyle: { color: ink, fontFamily: getComputedStyle(part).fontFamily, fontSize: fontOf(part) },
    // Drawn into the canvas: a tip of HTML would need inline styles, which no page of ours allows.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    legend: names.length > 1 ? { data: names, top: 4, itemGap: fontOf(part), textStyle: { color: ink, fontSize: fontOf(part) } } : undefined,
    aria: { enabled: false, decal: { show: names.length > 1 } },
    grid: { left: fontOf(part), right: fontOf(part) * 2.5, top: fontOf(part) * 2.4, bottom: 8, containLabel: true },
  };
}

function fontOf(part) {
  return Math.round(parseFloat(getComputedStyle(part).fontSize) * 0.8);
}

function axisOf(part, more) {
  const label = { color: inkOf(part), fontSize: fontOf(part) };
  return { axisLabel: label, splitLine: { lineStyle: { color: colourOf("line") } }, ...more };
}

function unitOf(part) {
  return { name: "件", nameTextStyle: { color: inkOf(part), fontSize: fontOf(part) } };
}

function shareOf(value, all) {
  return all && value !== all ? `，${Math.round((100 * value) / all)}%` : "";
}

function said({ value }) {
  return value ? String(value) : "";
}

const KINDS = {
  lines(part, told) {
    const { names, rows } = told;
    const plain = common(part, told);
    return {
      ...plain, grid: { ...plain.grid, top: fontOf(part) * 3.6 }, // the unit stands above the axis
      xAxis: axisOf(part, { type: "category", data: rows.map((row) => row.name) }),
      yAxis: axisOf(part, { type: "value", minInterval: 1, ...unitOf(part) }),
      series: names.map((name, place) => ({
        name, type: place ? "bar" : "line", symbolSize: 8, lineStyle: { width: 3 },
        data: rows.map((row) => row.values[place]),
      })),
    };
  },
  bars(part, told) {
    const { names, rows } = told;
    return {
      ...common(part, told),
      xAxis: axisOf(part, { type: "value", minInterval: 1, ...unitOf(part) }),
      yAxis: axisOf(part, { type: "category", inverse: true, data: rows.map((row) => row.name) }),
      series: names.map((name, place) => ({ 
        name, type: "bar", data: rows.map((row) => row.values[place]), barMaxWidth: 28,
        label: { show: true, position: "right", color: inkOf(part), fontSize: fontOf(part), formatter: said },
      })),
    };
  },
  funnel(part, told) {
    const { names, rows } = told;
    const [first] = rows[0].values;
    const most = Math.max(1, ...rows.map((row) => row.values[0]));
    return {
      ...common(part, told),
      tooltip: { trigger: "item", renderMode: "richText", confine: true },
      series: [{
        name: names[0], type: "funnel", sort: "none", min: 0, max: most, minSize: "2%",
        left: "4%", width: part.clientWidth < 500 ? "38%" : "52%", top: 16, bottom: 16, gap: 3,
        label: { position: "right", formatter: ({ name, value }) => `${name} ${value}件${shareOf(value, first)}`, color: inkOf(part), fontSize: fontOf(part) },
        data: rows.map((row, place) => ({ name: row.name, value: row.values[0], itemStyle: { color: RUNGS[place] } })),
      }],
    };
  },
};

function draw(part) {
  const told = tableOf(part);
  if (part.dataset.plot === "bars") {
    told.rows = told.rows.filter((row) => row.values.some(Boolean)).slice(0, MOST_BARS);
  }
  if (!told.rows.length) {
    return;
  }
  part.hidden = false;
  const table = part.nextElementSibling;
  if ("folds" in table.dataset) {
    // Before anything is drawn: a plot takes the room that the table leaves.
    table.open = false;
    delete table.dataset.folds;
  }
  const plot = window.echarts.init(part, null, { renderer: "canvas" });
  plot.setOption(KINDS[part.dataset.plot](part, told));
  plot.on("click", ({ seriesIndex, dataIndex }) => {
    const link = told.rows[dataIndex].links[seriesIndex];
    if (link) {
      location.assign(link);
    }
  });
  plots.set(part, plot);
}

function drawAll() {
  if (!window.echarts) {
    return;
  }
  for (const [part, plot] of plots) {
    if (!part.isConnected) {
      plot.dispose();
      plots.delete(part);
    } else if (part.offsetParent !== null) {
      plot.resize();
    }
  }
  document.querySelectorAll("[data-plot]").forEach((part) => {
    if (!plots.has(part) && part.parentElement.offsetParent !== null) {
      draw(part);
    }
  });
}

window.addEventListener("resize", () => plots.forEach((plot) => plot.resize()));
document.addEventListener("drawn-anew", drawAll);
drawAll();
