// What may go wrong on the way: the switches under the wire view, and the bar that says one is on.

import { byId, empty, make } from "./dom.js";
import { words } from "./words.js";

// Each switch: which setting of the stand-in it moves, what "on" and "off" are, and when it counts as on.
const SWITCHES = [
  { key: "copies", on: { copies: 3, spacing_seconds: 1 }, off: { copies: 1 }, isOn: (all) => all.copies > 1 },
  { key: "bad_signature", on: { bad_signature: true }, off: { bad_signature: false }, isOn: (all) => all.bad_signature },
  { key: "reorder", on: { reorder: true }, off: { reorder: false }, isOn: (all) => all.reorder },
  { key: "delay_ms", on: { delay_ms: 2000 }, off: { delay_ms: 0 }, isOn: (all) => all.delay_ms > 0 },
  { key: "mix", on: { mix: true }, off: { mix: false }, isOn: (all) => all.mix },
];
const TEST_NAMES = { copies: "switch-copies", bad_signature: "switch-signature", delay_ms: "switch-slow" };

export class Switches {
  // `set(changes)` sends them; what the stand-in does not know is not shown.
  constructor(set) {
    this.set = set;
    this.known = [];
    byId("trouble-clear").addEventListener("click", () => this.clear());
  }

  draw(all) {
    const known = SWITCHES.filter((one) => one.key in all);
    if (known.length !== this.known.length) {
      this.known = known;
      const legend = make("legend", {}, words.troubles);
      empty(byId("switches")).append(legend, ...known.map((one) => this.row(one)));
    }
    for (const one of known) byId(`switch-${one.key}`).checked = Boolean(one.isOn(all));
    const on = known.filter((one) => one.isOn(all)).map((one) => words.switches[one.key]);
    byId("trouble").hidden = on.length === 0;
    byId("trouble-text").textContent = on.length ? words.troubled(on) : "";
    return on;
  }

  row(one) {
    const box = make("input", {
      type: "checkbox",
      id: `switch-${one.key}`,
      "data-testid": TEST_NAMES[one.key] || `switch-${one.key}`,
      onchange: (event) => this.set(event.target.checked ? one.on : one.off),
    });
    return make("label", {}, box, make("span", { class: "switch-face" }), make("span", {}, words.switches[one.key]));
  }

  clear() {
    return this.set(Object.assign({}, ...this.known.map((one) => one.off)));
  }
}
