// What slides over the chat: the account's profile, a photo in full, a short message.

import { avatarOf } from "./bubbles.js";
import { button, byId, empty, make } from "./dom.js";
import { words } from "./words.js";

const TOAST_MS = 2600;

export class Sheets {
  constructor() {
    this.host = byId("sheet-host");
    this.opener = null;
    this.host.addEventListener("click", (event) => {
      if (event.target === this.host) this.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.host.hidden) this.close();
    });
  }

  open(content) {
    this.opener = document.activeElement;
    empty(this.host).append(content);
    this.host.hidden = false;
    const first = content.querySelector("button");
    if (first) first.focus();
  }

  close() {
    this.host.hidden = true;
    empty(this.host);
    if (this.opener) this.opener.focus();
  }

  showPhoto(address) {
    this.open(
      make(
        "div",
        { class: "full-photo", role: "dialog", "aria-label": words.photo, onclick: () => this.close() },
        make("img", { src: address, alt: words.photo }),
        button(words.close, { class: "full-close" })
      )
    );
  }

  showProfile(setup, { onFollow, onAnother, onWire }) {
    if (!setup) return;
    const followed = setup.citizen.followed;
    const then = (work) => () => {
      this.close();
      work();
    };
    this.open(
      make(
        "div",
        { class: "profile", role: "dialog", "aria-label": words.profile },
        make("img", { class: "profile-face", src: "/phone/static/account.svg", alt: "" }),
        make("h2", {}, setup.account.name),
        make("p", { class: "profile-slogan" }, setup.account.slogan),
        make("p", { class: "profile-me" }, avatarOf(setup.citizen), words.youAre(setup.citizen.name)),
        button(words.seeWire, { class: "profile-row only-small", onclick: then(onWire) }),
        button(words.anotherPhone, { class: "profile-row", onclick: then(onAnother) }),
        button(followed ? words.unfollow : words.follow, {
          class: `profile-row ${followed ? "danger" : ""}`,
          "data-testid": "phone-follow-toggle",
          onclick: then(() => onFollow(!followed)),
        }),
        button(words.close, { class: "profile-row quiet", onclick: () => this.close() })
      )
    );
  }

  toast(text) {
    const shown = make("p", { class: "toast", role: "alert" }, text);
    this.host.parentNode.append(shown);
    setTimeout(() => shown.parentNode.removeChild(shown), TOAST_MS);
  }
}
