// The foot of the chat: the input row, the "+" panel and the account's menu.

import { button, byId, empty, make } from "./dom.js";
import { words } from "./words.js";

const ICONS = { photos: "photo", places: "pin", scan: "scan", subscribe: "bell" };

export class Composer {
  // `act(action, details)` and `sendPhoto(file)` send; `onOpen` is called when the foot grows.
  constructor({ act, sendPhoto, onOpen }) {
    this.act = act;
    this.sendPhoto = sendPhoto;
    this.onOpen = onOpen;
    this.setup = null;
    this.text = byId("text");
    this.panel = byId("panel");
    this.menu = byId("menu");
    this.listen();
  }

  listen() {
    byId("input-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendText();
    });
    this.text.addEventListener("input", () => this.fit());
    this.text.addEventListener("focus", () => this.closePanel());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendText();
      }
    });
    byId("plus").addEventListener("click", () => (this.panel.hidden ? this.openPanel() : this.closePanel()));
    document.addEventListener("click", (event) => {
      if (!this.menu.contains(event.target)) this.closeSubMenus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closeSubMenus();
    });
  }

  async sendText() {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.fit();
    if (!(await this.act("text", { text }))) {
      this.text.value = text; // not sent: nothing the citizen wrote is lost
      this.fit();
    }
  }

  fit() {
    const filled = this.text.value.trim() !== "";
    byId("send").disabled = !filled;
    byId("composer").classList.toggle("has-text", filled);
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 116)}px`;
  }

  openPanel() {
    this.panel.hidden = false;
    byId("plus").setAttribute("aria-expanded", "true");
    byId("composer").classList.add("has-panel");
    this.showTools();
    this.onOpen();
  }

  closePanel() {
    this.panel.hidden = true;
    byId("plus").setAttribute("aria-expanded", "false");
    byId("composer").classList.remove("has-panel");
  }

  showTools() {
    const tool = (name, label, show) =>
      button(
        label,
        { class: "tool", "data-testid": `phone-tool-${name}`, onclick: show },
        make("span", { class: `tool-icon icon-${ICONS[name]}` }),
        make("span", {}, label)
      );
    const photos = make("div", { class: "strip" }, ...this.photoChoices());
    const places = make("div", { class: "strip" }, ...this.placeChoices());
    const tools = make(
      "div",
      { class: "tools" },
      tool("scan", words.scan, () => this.showList(words.scanHint, this.scanChoices())),
      tool("subscribe", words.subscribe, () => this.showList(words.subscribeHint, this.subscribeChoices()))
    );
    empty(this.panel).append(
      make("p", { class: "strip-title" }, words.photosHint),
      photos,
      make("p", { class: "strip-title" }, words.placesHint),
      places,
      tools
    );
  }

  showList(title, rows) {
    const back = button(words.back, { class: "panel-back", onclick: () => this.showTools() });
    empty(this.panel).append(
      make("div", { class: "panel-head" }, back, make("span", {}, title)),
      make("div", { class: "panel-list" }, ...rows)
    );
  }

  photoChoices() {
    const samples = this.setup.photos.map((photo) =>
      button(
        `${words.photo}：${photo.label}`,
        {
          class: "sample-photo",
          "data-testid": "phone-photo-sample",
          "data-name": photo.name,
          onclick: () => this.sendAndClose("sample_photo", { name: photo.name }),
        },
        make("img", { src: `/phone/samples/${photo.name}.jpg`, alt: "" }),
        make("span", {}, photo.label)
      )
    );
    const file = make("input", {
      type: "file",
      accept: "image/*",
      multiple: true,
      class: "visually-hidden",
      "data-testid": "phone-photo-file",
      onchange: (event) => this.sendFiles(Array.from(event.target.files)),
    });
    return [...samples, make("label", { class: "sample-photo own-photo" }, file, make("i", {}), words.fromDevice)];
  }

  async sendFiles(files) {
    this.closePanel();
    for (const file of files) await this.sendPhoto(file);
  }

  placeChoices() {
    return this.setup.places.map((place) =>
      button(
        `${words.place}：${place.label}`,
        {
          class: "sample-place",
          "data-testid": "phone-location-sample",
          onclick: () => this.sendAndClose("location", place),
        },
        make("strong", {}, place.label),
        make("small", {}, place.detail)
      )
    );
  }

  scanChoices() {
    return this.setup.scenes.map((scene) =>
      button(scene.label, {
        class: "list-row",
        "data-testid": "phone-scan-sample",
        onclick: () => this.sendAndClose("scan", { scene: scene.key }),
      })
    );
  }

  subscribeChoices() {
    return this.setup.templates.map((template) => {
      const left = this.setup.citizen.consents[template.id] || 0;
      const held = left === 0 ? "" : template.consent === "long_term" ? words.always : words.left(left);
      const answer = (accepted) => this.sendAndClose("consent", { template_id: template.id, accepted });
      return make(
        "div",
        { class: "list-row consent" },
        make(
          "span",
          {},
          make("strong", {}, template.title),
          make("small", {}, [template.consent === "long_term" ? words.longTerm : words.oneTime, held].filter(Boolean).join(" · "))
        ),
        button(words.refuse, { class: "quiet", onclick: () => answer(false) }),
        button(words.allow, { "data-testid": "phone-consent-allow", onclick: () => answer(true) })
      );
    });
  }

  sendAndClose(action, details) {
    this.closePanel();
    return this.act(action, details);
  }

  drawMenu(buttons) {
    empty(this.menu).append(...buttons.map((one, index) => this.menuButton(one, index)));
  }

  menuButton(one, index) {
    const subs = one.sub_button || [];
    const testid = `phone-menu-${index}`;
    if (!subs.length) {
      return make("div", { class: "menu-cell" }, this.leaf(one, [index], testid));
    }
    const list = make(
      "div",
      { class: "sub-menu", hidden: true },
      ...subs.map((sub, place) => this.leaf(sub, [index, place], `${testid}-${place}`))
    );
    const opener = button(one.name, {
      "data-testid": testid,
      "aria-expanded": "false",
      class: "has-sub",
      onclick: () => {
        const opening = list.hidden;
        this.closeSubMenus();
        list.hidden = !opening;
        opener.setAttribute("aria-expanded", String(opening));
      },
    });
    return make("div", { class: "menu-cell" }, list, opener);
  }

  leaf(one, path, testid) {
    return button(one.name, {
      "data-testid": testid,
      onclick: () => {
        this.closeSubMenus();
        if (one.type === "view" && /^https?:\/\//.test(one.url || "")) window.open(one.url, "_blank", "noopener");
        this.act("menu", { path });
      },
    });
  }

  closeSubMenus() {
    for (const list of this.menu.querySelectorAll(".sub-menu")) list.hidden = true;
    for (const opener of this.menu.querySelectorAll(".has-sub")) opener.setAttribute("aria-expanded", "false");
  }
}
