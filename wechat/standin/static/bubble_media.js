// The insides of what is more than words: voice, film, place, link.

import { button, make } from "./dom.js";
import { pageLink } from "./richtext.js";
import { hear } from "./speaking.js";
import { words } from "./words.js";

const SHORTEST_PX = 84;
const LONGEST_PX = 210;

export function voice(item) {
  const { seconds, spoken, recording } = item.fields;
  const length = Number(seconds) || 1;
  const shown = button(
    words.voiceOf(length),
    { class: "voice", onclick: () => hear(shown, { seconds: length, spoken, recording }) },
    make("span", { "aria-hidden": "true" }, `${length}″`),
    make("i", { "aria-hidden": "true" })
  );
  shown.style.width = `${Math.min(LONGEST_PX, SHORTEST_PX + length * 7)}px`;
  return shown;
}

export function film(item, onFilm, onLoad) {
  const { media_id: mediaId, thumb_media_id: thumbId, seconds } = item.fields;
  const address = (id) => `/phone/media/${encodeURIComponent(id)}`;
  return button(
    words.viewFilm,
    { class: "photo film", onclick: () => onFilm(address(mediaId)) },
    make("img", { src: address(thumbId), alt: words.filmGone, onload: onLoad }),
    make("i", { "aria-hidden": "true" }),
    seconds ? make("span", { "aria-hidden": "true" }, `0:${seconds.padStart(2, "0")}`) : null
  );
}

export function place(item) {
  return make(
    "div",
    { class: "place" },
    make("strong", {}, item.text),
    make("small", {}, item.fields.detail || ""),
    make("div", { class: "map", "aria-hidden": "true" }, make("i", {}))
  );
}

export function link(title, description, url) {
  const shown = pageLink(url, "", title);
  shown.className = "link-card";
  shown.append(make("strong", {}, title), make("small", {}, description || url), make("i", { "aria-hidden": "true" }));
  return shown;
}
