// A page in the built-in browser asks its reader to agree to messages: the sheet comes up over the page, the answer
// leaves as the platform's event, and the page hears what was tapped.

import { button, byId, make } from "./dom.js";
import { words } from "./words.js";

const ASKED_AT_ONCE = 3;

export class Subscribing {
  constructor({ browser, act }) {
    this.browser = browser;
    this.act = act;
    this.setup = null;
    window.addEventListener("message", (event) => this.heard(event));
  }

  heard(event) {
    const asked = event.data && event.data.subscribe;
    if (!this.setup || !Array.isArray(asked) || !this.browser.shows(event.source)) return;
    const known = asked.map((id) => this.setup.templates.find((one) => one.id === id)).filter(Boolean);
    if (known.length) this.ask(known.slice(0, ASKED_AT_ONCE), (said) => event.source.postMessage({ subscribed: said }, event.origin));
  }

  ask(templates, tell) {
    this.close();
    const boxes = templates.map((one) => make("input", { type: "checkbox", checked: true, value: one.id }));
    const rows = templates.map((one, index) =>
      make("label", { class: "ask-row" }, boxes[index], make("span", {}, one.title))
    );
    const answer = async (isAllowed) => {
      this.close();
      const accepted = Object.fromEntries(boxes.map((box) => [box.value, isAllowed && box.checked]));
      if (!(await this.act("consent", { answers: accepted }))) return;
      tell(Object.fromEntries(Object.entries(accepted).map(([id, yes]) => [id, yes ? "accept" : "reject"])));
    };
    const title = words.asksToSend(this.setup.account.name);
    this.sheet = make(
      "div",
      { class: "browser-ask", role: "dialog", "aria-modal": "true", "aria-label": title, "data-testid": "phone-ask" },
      make("h2", {}, title),
      ...rows,
      make(
        "div",
        { class: "ask-buttons" },
        button(words.refuse, { class: "quiet", "data-testid": "phone-ask-refuse", onclick: () => answer(false) }),
        button(words.allow, { "data-testid": "phone-ask-allow", onclick: () => answer(true) })
      )
    );
    byId("browser").append(this.sheet);
    this.sheet.querySelector("button:last-of-type").focus({ preventScroll: true });
  }

  close() {
    if (this.sheet) this.sheet.remove();
    this.sheet = null;
  }
}
