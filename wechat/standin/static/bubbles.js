// Draws what stands in the chat: rows with their bubbles, cards, notices and the times between them.

import { film, link, place, voice } from "./bubble_media.js";
import { button, make } from "./dom.js";
import { choiceLink, pageLink, richText } from "./richtext.js";
import { words } from "./words.js";

const QUIET_MS = 3 * 60 * 1000;
const AVATAR_COLOURS = ["#b4532f", "#3f7040", "#3f6596", "#8f5a3d", "#6f4f96", "#2b7370", "#9a4460", "#666a2c"];

export class Chat {
  constructor(element, { onChoice, onPhoto, onFilm }) {
    this.element = element;
    this.onChoice = onChoice;
    this.onPhoto = onPhoto;
    this.onFilm = onFilm;
    this.citizen = { name: "", openid: "" };
    this.clear();
  }

  clear() {
    while (this.element.firstChild) this.element.removeChild(this.element.firstChild);
    this.lastAt = 0;
    this.seen = new Set();
  }

  add(item) {
    if (this.seen.has(item.id)) return;
    this.seen.add(item.id);
    const at = Date.parse(item.at);
    if (at - this.lastAt > QUIET_MS) this.element.append(make("p", { class: "time" }, spokenTime(item.at)));
    this.lastAt = at;
    this.element.append(this.draw(item));
    this.scrollDown();
  }

  scrollDown() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  draw(item) {
    if (item.from === "platform") return make("p", { class: "notice", "data-testid": "phone-notice" }, item.text);
    if (item.kind === "subscribe" || item.kind === "template") return card(item);
    const own = item.from === "citizen";
    const bubble = make(
      "div",
      {
        class: `bubble bubble-${item.kind}`,
        "data-testid": "phone-bubble",
        "data-from": item.from,
        "data-kind": item.kind,
      },
      ...this.inside(item)
    );
    const pushed = !own && item.api !== "passive";
    const said = make("span", { class: "visually-hidden" }, own ? words.youSaid : words.accountSaid);
    return make(
      "div",
      { class: `row ${own ? "row-own" : ""}`, "data-testid": pushed ? "phone-push" : null },
      own ? avatarOf(this.citizen) : accountAvatar(),
      make("div", { class: "said" }, own || pushed ? null : said, byPerson(item), bubble, heardAs(item))
    );
  }

  inside(item) {
    const own = item.from === "citizen";
    const draw = {
      text: () => richText(item.text, this.onChoice),
      image: () => [this.photo(item.fields.media_id)],
      voice: () => (own ? [voice(item)] : [item.text]),
      video: () => (own ? [film(item, this.onFilm, () => this.scrollDown())] : [item.text]),
      location: () => [place(item)],
      link: () => [link(item.text, item.fields.description, item.fields.url)],
      msgmenu: () => this.choices(item),
      news: () => item.articles.map((one, index) => article(one, index === 0)),
      miniprogrampage: () => [miniProgram(item)],
    }[item.kind];
    return draw ? draw() : [item.text];
  }

  photo(mediaId) {
    const address = `/phone/media/${encodeURIComponent(mediaId)}`;
    const image = make("img", { src: address, alt: words.photoGone, onload: () => this.scrollDown() });
    return button(words.viewPhoto, { class: "photo", onclick: () => this.onPhoto(address) }, image);
  }

  choices(item) {
    const list = item.choices.map((one) =>
      make("li", {}, choiceLink(one.content, one.content, one.id, this.onChoice))
    );
    return [
      item.head ? make("p", {}, ...richText(item.head, this.onChoice)) : null,
      make("ul", { class: "choices" }, ...list),
      item.tail ? make("p", { class: "tail" }, ...richText(item.tail, this.onChoice)) : null,
    ].filter(Boolean);
  }
}

export function avatarOf(citizen) {
  let sum = 0;
  for (const letter of citizen.openid) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  const avatar = make("span", { class: "avatar", "aria-hidden": "true" }, citizen.name.slice(-1) || words.you);
  avatar.style.background = AVATAR_COLOURS[sum % AVATAR_COLOURS.length];
  return avatar;
}

function accountAvatar() {
  return make("img", { class: "avatar", src: "/phone/static/account.svg", alt: "" });
}

// An answer from the customer-service desk, not from the account itself.
function byPerson(item) {
  return item.api === "kf" ? make("small", { class: "by-person" }, words.desk) : null;
}

// What the platform heard in a voice message stands below its bubble, as WeChat shows it.
function heardAs(item) {
  if (item.kind !== "voice" || !item.text || item.from !== "citizen") return null;
  return make("p", { class: "heard", "data-testid": "phone-heard" }, item.text);
}

function card(item) {
  const rows = item.rows.map((row) => make("div", {}, make("dt", {}, row.label), make("dd", {}, row.value)));
  const linked = /^https?:\/\//.test(item.url || "");
  return make(
    "article",
    { class: "card", "data-testid": "phone-push" },
    make("p", { class: "card-head" }, make("img", { src: "/phone/static/account.svg", alt: "" }), words.service),
    make(
      "div",
      { "data-testid": "phone-bubble", "data-from": "account", "data-kind": item.kind },
      make("h3", {}, item.text),
      make("dl", {}, ...rows)
    ),
    item.url ? make("p", { class: "card-foot" }, linked ? pageLink(item.url, words.openPage) : words.openPage) : null
  );
}

function article(one, leads) {
  const picture = /^https?:\/\//.test(one.picurl || "") ? make("img", { src: one.picurl, alt: "" }) : null;
  const inside = [
    make("span", { class: "article-words" }, make("strong", {}, one.title), leads ? make("small", {}, one.description) : null),
    picture,
  ].filter(Boolean);
  const style = `article ${leads ? "article-lead" : ""} ${picture ? "has-picture" : ""}`;
  if (!/^https?:\/\//.test(one.url)) return make("div", { class: style }, ...inside);
  const opening = pageLink(one.url, "", one.title);
  opening.className = style;
  opening.append(...inside);
  return opening;
}

function miniProgram(item) {
  return make("div", { class: "article" }, make("strong", {}, item.text), make("small", {}, words.miniProgram));
}

function spokenTime(iso) {
  const at = new Date(iso);
  const today = new Date();
  const half = at.getHours() < 12 ? words.morning : words.afternoon;
  const days = Math.round((today.setHours(0, 0, 0, 0) - new Date(iso).setHours(0, 0, 0, 0)) / 86400000);
  const day = days === 0 ? "" : days === 1 ? `${words.yesterday} ` : `${at.getMonth() + 1}月${at.getDate()}日 `;
  const minutes = String(at.getMinutes()).padStart(2, "0");
  return `${day}${half} ${at.getHours() % 12 || 12}:${minutes}`;
}
