// What slides over the chat: the account's profile, a photo or film in full, a list to pick from, a short message.

import { avatarOf } from "./bubbles.js";
import { button, byId, empty, make } from "./dom.js";
import { words } from "./words.js";

const TOAST_MS = 3200;
const REACHABLE = "button:not([disabled]), a[href], input, textarea, video";

export class Sheets {
  constructor() {
    this.host = byId("sheet-host");
    this.opener = null;
    this.host.addEventListener("click", (event) => {
      if (event.target === this.host) this.close();
    });
    this.host.addEventListener("keydown", (event) => this.key(event));
  }

  open(content) {
    if (this.host.hidden) this.opener = document.activeElement;
    empty(this.host).append(content);
    this.host.hidden = false;
    for (const other of this.host.parentNode.children) other.inert = other !== this.host && !other.matches(".toast");
    const [first] = this.stops();
    if (first) first.focus({ preventScroll: true });
  }

  close() {
    if (this.host.hidden) return;
    this.host.hidden = true;
    empty(this.host);
    for (const other of this.host.parentNode.children) other.inert = false;
    if (this.opener && this.opener.isConnected) this.opener.focus();
  }

  // Where the keyboard can go; what a wide screen hides does not count.
  stops() {
    return Array.from(this.host.querySelectorAll(REACHABLE)).filter((one) => one.getClientRects().length > 0);
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    }
    if (event.key !== "Tab") return;
    const stops = this.stops();
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const leaving = event.shiftKey ? document.activeElement === first : document.activeElement === last;
    if (!leaving) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  showPhoto(address) {
    const image = make("img", { src: address, alt: words.photo });
    this.showInFull(words.photo, image, () => this.close());
  }

  showFilm(address) {
    this.showInFull(words.film, make("video", { src: address, controls: true, autoplay: true, playsinline: true }));
  }

  showInFull(label, content, onclick) {
    const close = button(words.close, { class: "full-close", onclick: () => this.close() });
    this.open(make("div", { class: "full", role: "dialog", "aria-modal": "true", "aria-label": label, onclick }, content, close));
  }

  // A list to pick from, e.g. for a button of the menu that asks for a photo.
  pick(title, ...content) {
    this.open(
      make(
        "div",
        { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, "data-testid": "phone-sheet" },
        make("h2", {}, title),
        ...content,
        button(words.cancel, { class: "sheet-row quiet", onclick: () => this.close() })
      )
    );
  }

  // A recording before it is sent: listen, say what the platform is to have heard, send or drop it.
  showRecording({ seconds, url }, onSend) {
    const heard = make("input", {
      type: "text",
      id: "heard-as",
      maxlength: "600",
      placeholder: words.heardHint,
      autocomplete: "off",
      "data-testid": "phone-recording-words",
    });
    const send = (event) => {
      event.preventDefault();
      this.close();
      onSend(heard.value.trim());
    };
    this.pick(
      words.recorded(Math.max(1, Math.round(seconds))),
      make("audio", { src: url, controls: true, "aria-label": words.listen }),
      make(
        "form",
        { class: "recording", onsubmit: send },
        make("label", { for: "heard-as" }, words.heardAs),
        heard,
        make("p", { class: "sheet-note" }, words.recordingNote),
        make("button", { type: "submit", class: "sheet-row go", "data-testid": "phone-recording-send" }, words.send)
      )
    );
    heard.focus();
  }

  showProfile(setup, rows) {
    const face = make("img", { class: "profile-face", src: "/phone/static/account.svg", alt: "" });
    const drawn = rows.map(({ label, kind, testid, work }) =>
      button(label, {
        class: `sheet-row ${kind || ""}`,
        "data-testid": testid,
        onclick: () => {
          this.close();
          work();
        },
      })
    );
    this.open(
      make(
        "div",
        { class: "sheet profile", role: "dialog", "aria-modal": "true", "aria-label": words.profile },
        face,
        make("h2", {}, setup.account.name),
        make("p", { class: "profile-slogan" }, setup.account.slogan),
        make("p", { class: "profile-me" }, avatarOf(setup.citizen), words.youAre(setup.citizen.name)),
        ...drawn,
        button(words.close, { class: "sheet-row quiet", onclick: () => this.close() })
      )
    );
  }

  toast(text) {
    const shown = make("p", { class: "toast", role: "alert" }, text);
    this.host.parentNode.append(shown);
    setTimeout(() => shown.parentNode && shown.parentNode.removeChild(shown), TOAST_MS);
  }
}
