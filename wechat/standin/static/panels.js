// What the "+" panel and the sheets offer: photos, places, voices, links, codes, subscriptions.

import { button, empty, make } from "./dom.js";
import { words } from "./words.js";

export class Panels {
  // `act(action, details)` sends; `sendFiles(files)` sends the citizen's own; `whereAmI()` gives a place or null.
  constructor({ act, sendFiles, whereAmI, scan, openScenes, close }) {
    Object.assign(this, { act, sendFiles, whereAmI, scan, openScenes, close });
    this.setup = null;
  }

  showTools(panel) {
    const tool = (name, label, show) =>
      button(
        label,
        { class: "tool", "data-testid": `phone-tool-${name}`, onclick: show },
        make("span", { class: `tool-icon icon-${name}`, "aria-hidden": "true" }),
        make("span", {}, label)
      );
    empty(panel).append(
      title(words.photosHint),
      make("div", { class: "strip" }, ...this.photoChoices((name) => this.send("sample_photo", { name })), ...this.films(), this.ownFile()),
      title(words.placesHint),
      make("div", { class: "strip" }, this.myPlace(), ...this.placeChoices((place) => this.send("location", place))),
      make(
        "div",
        { class: "tools" },
        tool("scan", words.scan, () => this.showScan(panel)),
        tool("subscribe", words.subscribe, () => this.showList(panel, words.subscribeHint, this.subscriptions())),
        tool("link", words.link, () => this.showList(panel, words.linkHint, [...this.links(), this.ownLink()]))
      )
    );
  }

  showList(panel, heading, rows) {
    const back = button(words.back, { class: "panel-back", onclick: () => this.showTools(panel) });
    empty(panel).append(
      make("div", { class: "panel-head" }, back, make("span", {}, heading)),
      make("div", { class: "panel-list" }, ...rows)
    );
    back.focus({ preventScroll: true });
  }

  showVoices(panel) {
    empty(panel).append(
      title(words.voicesHint),
      make(
        "div",
        { class: "panel-list" },
        ...this.setup.voices.map((voice) =>
          button(
            `${voice.label}：${voice.spoken}`,
            {
              class: "list-row voice-row",
              "data-testid": "phone-voice-sample",
              "data-name": voice.name,
              onclick: () => this.act("sample_voice", { name: voice.name }),
            },
            make("span", { class: "voice-length" }, `${voice.seconds}″`),
            make("span", {}, make("strong", {}, voice.spoken), make("small", {}, voice.recognised ? words.heard : words.unheard))
          )
        )
      )
    );
  }

  async showScan(panel) {
    this.setup.scenes = await this.openScenes();
    this.showList(panel, words.scanHint, this.scanChoices((scene) => this.scan(scene)));
  }

  send(action, details) {
    this.close();
    return this.act(action, details);
  }

  photoChoices(pick) {
    return this.setup.photos.map((photo) =>
      button(
        `${words.photo}：${photo.label}`,
        {
          class: "sample-photo",
          "data-testid": "phone-photo-sample",
          "data-name": photo.name,
          onclick: () => pick(photo.name),
        },
        make("img", { src: `/phone/samples/${photo.name}.jpg`, alt: "" }),
        make("span", {}, photo.label)
      )
    );
  }

  films() {
    return this.setup.films.map((film) =>
      button(
        `${words.film}：${film.label}`,
        {
          class: "sample-photo sample-film",
          "data-testid": "phone-film-sample",
          onclick: () => this.send("sample_film", { name: film.name }),
        },
        make("img", { src: `/phone/samples/${film.photo}.jpg`, alt: "" }),
        make("span", {}, `${words.film} ${film.seconds}″`)
      )
    );
  }

  ownFile() {
    const file = make("input", {
      type: "file",
      accept: "image/*,video/mp4",
      multiple: true,
      class: "visually-hidden",
      "data-testid": "phone-photo-file",
      onchange: (event) => {
        const files = Array.from(event.target.files);
        this.close();
        this.sendFiles(files);
      },
    });
    return make("label", { class: "sample-photo own-photo" }, file, make("i", {}), words.fromDevice);
  }

  placeChoices(pick) {
    return this.setup.places.map((place) =>
      button(
        `${words.place}：${place.label}`,
        { class: "sample-place", "data-testid": "phone-location-sample", onclick: () => pick(place) },
        make("strong", {}, place.label),
        make("small", {}, place.detail)
      )
    );
  }

  myPlace() {
    const find = async () => {
      const place = await this.whereAmI();
      if (place) this.send("location", place);
    };
    return button(
      words.myPlace,
      { class: "sample-place my-place", "data-testid": "phone-location-mine", onclick: find },
      make("strong", {}, words.myPlace),
      make("small", {}, words.myPlaceHint)
    );
  }

  // Codes to pick from, and a field for any other.
  scanChoices(pick) {
    const rows = this.setup.scenes.map((scene) =>
      button(
        scene.label,
        { class: "list-row code-row", "data-testid": "phone-scan-sample", onclick: () => pick(scene.key) },
        make("i", { "aria-hidden": "true" }),
        make("span", {}, make("strong", {}, scene.label), scene.label === scene.key ? null : make("small", {}, scene.key))
      )
    );
    const field = make("input", {
      type: "text",
      id: "scan-content",
      maxlength: "2000",
      placeholder: words.scanTyped,
      autocomplete: "off",
      spellcheck: "false",
      "data-testid": "phone-scan-content",
    });
    const typed = make(
      "form",
      {
        class: "typed-row",
        onsubmit: (event) => {
          event.preventDefault();
          if (field.value.trim()) pick(field.value.trim());
        },
      },
      make("label", { class: "visually-hidden", for: "scan-content" }, words.scanTyped),
      field,
      make("button", { type: "submit", class: "go", "data-testid": "phone-scan-go" }, words.scanGo)
    );
    return [typed, ...rows];
  }

  links() {
    return this.setup.links.map((link) =>
      button(
        link.title,
        { class: "list-row", "data-testid": "phone-link-sample", onclick: () => this.send("link", link) },
        make("strong", {}, link.title),
        make("small", {}, link.url)
      )
    );
  }

  ownLink() {
    const field = make("input", {
      type: "url",
      id: "own-link",
      required: true,
      maxlength: "1000",
      placeholder: words.linkTyped,
      "data-testid": "phone-link-content",
    });
    const send = (event) => {
      event.preventDefault();
      const url = field.value.trim();
      this.send("link", { title: url.replace(/^https?:\/\//, "").slice(0, 60), description: "", url });
    };
    return make(
      "form",
      { class: "typed-row", onsubmit: send },
      make("label", { class: "visually-hidden", for: "own-link" }, words.linkTyped),
      field,
      make("button", { type: "submit", class: "go" }, words.send)
    );
  }

  subscriptions() {
    return this.setup.templates.map((template) => {
      const left = this.setup.citizen.consents[template.id] || 0;
      const lasting = template.consent === "long_term";
      const held = left === 0 ? "" : lasting ? words.always : words.left(left);
      const answer = (accepted) => this.send("consent", { template_id: template.id, accepted });
      const drop = () => this.send("consent_change", { template_id: template.id, accepted: false });
      return make(
        "div",
        { class: "list-row consent", role: "group", "aria-label": template.title },
        make(
          "span",
          {},
          make("strong", {}, template.title),
          make("small", {}, [lasting ? words.longTerm : words.oneTime, held].filter(Boolean).join(" · "))
        ),
        left > 0
          ? button(words.switchOff, { class: "quiet", "data-testid": "phone-consent-off", onclick: drop })
          : button(words.refuse, { class: "quiet", "data-testid": "phone-consent-refuse", onclick: () => answer(false) }),
        button(words.allow, { "data-testid": "phone-consent-allow", onclick: () => answer(true) })
      );
    });
  }
}

function title(text) {
  return make("p", { class: "strip-title" }, text);
}
