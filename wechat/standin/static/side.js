// The column on the right: what goes over the wire, a page, the customer-service desk. One shows at a time.

import { button, byId, empty } from "./dom.js";
import { words } from "./words.js";

const NARROW = window.matchMedia("(max-width: 800px)");
const PARTS = ["wire", "browser", "desk"];

export class Side {
  constructor(onShown) {
    this.onShown = onShown;
    this.present = new Set(["wire"]);
    this.shown = "wire";
    for (const part of PARTS) {
      const close = byId(part).querySelector(".side-close");
      if (close) close.addEventListener("click", () => this.fold());
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && byId("sheet-host").hidden) this.fold();
    });
    this.draw();
  }

  // On a small screen the part slides over the chat.
  show(part) {
    this.present.add(part);
    this.shown = part;
    byId("side").classList.toggle("is-open", NARROW.matches || part === "browser");
    this.draw();
  }

  // A tab for it, nothing more.
  offer(part) {
    this.present.add(part);
    this.draw();
  }

  drop(part) {
    this.present.delete(part);
    if (this.shown === part) {
      this.shown = "wire";
      byId("side").classList.remove("is-open");
    }
    this.draw();
  }

  fold() {
    byId("side").classList.remove("is-open");
    if (this.shown !== "browser") this.shown = this.present.has("browser") ? "browser" : "wire";
    this.draw();
  }

  draw() {
    for (const part of PARTS) byId(part).hidden = part !== this.shown;
    const tabs = byId("side-tabs");
    tabs.hidden = this.present.size < 2;
    const drawn = PARTS.filter((part) => this.present.has(part)).map((part) =>
      button(words.side[part], {
        role: "tab",
        id: `tab-${part}`,
        "aria-selected": String(part === this.shown),
        "aria-controls": part,
        "data-testid": `side-tab-${part}`,
        onclick: () => {
          this.show(part);
          this.onShown(part);
        },
      })
    );
    const focused = tabs.contains(document.activeElement) ? document.activeElement.id : "";
    empty(tabs).append(...drawn);
    if (focused && byId(focused)) byId(focused).focus();
  }
}
