// Drawings beside the tables of figures: each is drawn from the table below it and says nothing more.
"use strict";
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const font = { fontFamily: colour("--font"), fontSize: 12, color: colour("--ink-soft") };
  const MOST = 12;

  const column = (table, name) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.name === name);
  const rowsOf = (table) => [...table.tBodies[0].rows].slice(0, table.dataset.by === "month" ? 36 : MOST);
  const values = (rows, at) =>
    rows.map((row) => (row.cells[at].dataset.value ? Number(row.cells[at].dataset.value) : null));

  const series = (table, rows, name, kind, paint) => {
    const at = column(table, name);
    return {
      name: table.tHead.rows[0].cells[at].textContent.trim(),
      type: kind,
      data: values(rows, at),
      barMaxWidth: 28,
      connectNulls: true,
      symbolSize: 6,
      itemStyle: { color: paint },
      lineStyle: { color: paint },
    };
  };

  const draw = (figure) => {
    const table = document.getElementById(figure.dataset.table);
    const rows = rowsOf(table);
    if (rows.length < 2) {
      figure.remove();
      return;
    }
    const isMonths = table.dataset.by === "month";
    const kind = isMonths ? "line" : "bar";
    const shares = figure.dataset.chart === "rates";
    const names = shares ? ["in_time", "satisfied"] : ["answer_median", "answer_p90"];
    const paints = [colour("--brand"), colour("--line-control")];
    const place = figure.querySelector("[data-canvas]");
    figure.hidden = false;
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption({
      animation: false,
      textStyle: font,
      grid: { left: 8, right: 12, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle: font, itemHeight: 10 },
      // Drawn, not built of HTML: styles in it would need a looser policy.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { fontSize: 12 } },
      xAxis: {
        type: "category",
        data: rows.map((row) => row.cells[0].textContent.trim()),
        axisLabel: { ...font, interval: isMonths ? "auto" : 0, width: 72, overflow: "truncate", rotate: isMonths ? 0 : 30 },
      },
      yAxis: { type: "value", max: shares ? 100 : null, axisLabel: font, splitLine: { lineStyle: { color: colour("--line") } } },
      series: names.map((name, number) => series(table, rows, name, kind, paints[number])),
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  };

  addEventListener("DOMContentLoaded", () => {
    if (!window.echarts) return;
    document.querySelectorAll("figure[data-chart]").forEach(draw);
  });
})();
