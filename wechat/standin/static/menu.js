// The account's menu: three buttons with up to five below each, and what each kind does.

import { button, byId, empty, make } from "./dom.js";

export class Menu {
  // `press(one, path)` uses a button.
  constructor(press) {
    this.press = press;
    this.bar = byId("menu");
    document.addEventListener("click", (event) => {
      if (!this.bar.contains(event.target)) this.close();
    });
    this.bar.addEventListener("keydown", (event) => this.key(event));
  }

  draw(buttons) {
    empty(this.bar).append(...buttons.map((one, index) => this.cell(one, index)));
  }

  cell(one, index) {
    const subs = one.sub_button || [];
    const testid = `phone-menu-${index}`;
    if (!subs.length) return make("div", { class: "menu-cell" }, this.leaf(one, [index], testid));
    const list = make(
      "div",
      { class: "sub-menu", id: `sub-menu-${index}`, hidden: true },
      ...subs.map((sub, place) => this.leaf(sub, [index, place], `${testid}-${place}`))
    );
    const opener = button(one.name, {
      "data-testid": testid,
      "aria-expanded": "false",
      "aria-controls": `sub-menu-${index}`,
      class: "has-sub",
      onclick: () => {
        const opening = list.hidden;
        this.close();
        list.hidden = !opening;
        opener.setAttribute("aria-expanded", String(opening));
      },
    });
    return make("div", { class: "menu-cell" }, opener, list);
  }

  leaf(one, path, testid) {
    const press = () => {
      this.close();
      this.press(one, path);
    };
    return button(one.name, { "data-testid": testid, onclick: press });
  }

  // Arrows walk through an open list, Escape closes it.
  key(event) {
    const cell = event.target.closest(".menu-cell");
    const list = cell && cell.querySelector(".sub-menu");
    if (event.key === "Escape") {
      this.close();
      if (list) cell.querySelector(".has-sub").focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !list || list.hidden) return;
    event.preventDefault();
    const leaves = Array.from(list.children);
    const next = leaves.indexOf(document.activeElement) + step;
    leaves[(next + leaves.length) % leaves.length].focus();
  }

  close() {
    for (const list of this.bar.querySelectorAll(".sub-menu")) list.hidden = true;
    for (const opener of this.bar.querySelectorAll(".has-sub")) opener.setAttribute("aria-expanded", "false");
  }
}
