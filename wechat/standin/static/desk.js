// The customer-service desk: who was handed over to a person, what they wrote meanwhile, and the person's answers.

import { button, byId, clockTime, empty, make } from "./dom.js";
import { words } from "./words.js";

const EVERY_MS = 1500;

export class Desk {
  // `onWanted()` shows the desk, `onOffered()` only its tab.
  constructor({ connection, attempt, onWanted, onOffered }) {
    Object.assign(this, { connection, attempt, onWanted, onOffered });
    this.transferred = "";
    this.drawn = "";
    this.drafts = new Map();
    setInterval(() => {
      if (!byId("desk").hidden && !document.hidden) this.refresh();
    }, EVERY_MS);
  }

  open() {
    this.onWanted();
    this.refresh();
  }

  // A grey line says that a person was called: the desk is worth a look.
  notice(item) {
    if (item.from === "platform" && item.text === this.transferred) this.onOffered();
  }

  async refresh() {
    await this.attempt(this.connection.desk().then((state) => this.show(state)));
  }

  // `state` as the stand-in tells it: accounts, open sessions, and who is waiting since when.
  show(state) {
    const encoded = JSON.stringify(state);
    if (encoded === this.drawn) return;
    this.drawn = encoded;
    const focused = document.activeElement && document.activeElement.id;
    const nicks = new Map(state.accounts.map((one) => [one.account, one.nick]));
    const cards = [
      ...Object.entries(state.waiting).map(([openid, at]) => this.waitingCard(openid, at)),
      ...state.sessions.map((session) => this.sessionCard(session, nicks.get(session.account) || words.desk)),
    ];
    const nobody = make("p", { class: "desk-empty" }, words.deskEmpty);
    empty(byId("desk-body")).append(...(cards.length ? cards : [nobody]));
    if (focused && byId(focused)) byId(focused).focus();
  }

  waitingCard(openid, at) {
    const take = button(words.deskTake, { "data-testid": "desk-take", onclick: () => this.act({ action: "take", openid }) });
    return make("article", { class: "desk-card" }, make("h3", {}, this.nameOf(openid)), make("p", {}, `${words.deskWaiting} · ${clockTime(at)}`), take);
  }

  sessionCard(session, nick) {
    const { openid } = session;
    const id = `desk-answer-${openid}`;
    const field = make("input", {
      id,
      type: "text",
      maxlength: "600",
      placeholder: words.deskAnswer,
      autocomplete: "off",
      "data-testid": "desk-answer",
      oninput: () => this.drafts.set(openid, field.value),
    });
    field.value = this.drafts.get(openid) || "";
    const answer = async (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (text && (await this.act({ action: "answer", openid, text }))) {
        this.drafts.delete(openid);
        if (byId(id)) byId(id).value = "";
      }
    };
    const lines = session.messages.map((one) =>
      make(
        "li",
        {},
        make("span", {}, one.sender === openid ? this.nameOf(openid) : nick),
        one.text || words.kinds[one.kind] || one.kind
      )
    );
    return make(
      "article",
      { class: "desk-card", "data-testid": "desk-session" },
      make("h3", {}, `${this.nameOf(openid)} · ${words.deskTalking(nick)}`),
      make("ul", { role: "log" }, ...lines),
      make(
        "form",
        { onsubmit: answer },
        make("label", { class: "visually-hidden", for: id }, words.deskAnswer),
        field,
        make("button", { type: "submit", "data-testid": "desk-send" }, words.send)
      ),
      button(words.deskClose, { class: "quiet", "data-testid": "desk-close", onclick: () => this.act({ action: "close", openid }) })
    );
  }

  async act(deed) {
    const done = await this.attempt(this.connection.atDesk(deed).then((state) => this.show(state)));
    return done;
  }

  nameOf(openid) {
    return openid === this.connection.openid ? this.connection.owner : words.otherCitizen;
  }
}
