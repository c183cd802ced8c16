// The side panel: every delivery with its answer time, every push with the platform's verdict.

import { byId, clockTime, empty, make } from "./dom.js";
import { words } from "./words.js";

const MOST_CARDS = 150;
const PUSHES = ["/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/bizsend"].concat([
  "/cgi-bin/message/subscribe/send",
  "/cgi-bin/message/template/send",
]);
const DEDUPED = ["reply", "silent"];

export class Wire {
  constructor() {
    this.list = byId("wire-list");
    this.limit = 5;
    this.clear();
  }

  clear() {
    this.deliveries = new Map();
    this.cards = new Map();
    this.pushes = 0;
    this.pushed = "";
    empty(this.list).append(make("li", { class: "wire-empty" }, words.nothingYet));
    this.drawTiles();
  }

  showDelivery(delivery) {
    this.deliveries.set(delivery.id, delivery);
    const known = this.cards.get(delivery.id);
    const card = this.deliveryCard(delivery);
    if (known) {
      card.querySelector("details").open = known.querySelector("details").open;
      this.list.replaceChild(card, known);
    } else {
      this.add(card);
    }
    this.cards.set(delivery.id, card);
    this.drawTiles();
  }

  showCall(call) {
    const push = PUSHES.includes(call.endpoint);
    if (push && call.errcode === 0) this.pushes += 1;
    const bad = call.errcode !== 0;
    const verdict = bad ? words.refused(call.errcode, words.refusals[call.errcode]) : push ? words.delivered : words.done;
    this.add(
      make(
        "li",
        { class: `wire-card call ${push ? "push" : "minor"} ${bad ? "bad" : ""}`, "data-testid": "wire-call" },
        make(
          "p",
          { class: "wire-line" },
          make("span", { class: "way" }, push ? words.toPhone : words.toPlatform),
          make("strong", {}, words.calls[call.endpoint] || call.endpoint),
          make("span", { class: `verdict ${bad ? "failed" : "reply"}` }, verdict),
          make("time", {}, clockTime(call.at, true))
        ),
        push && !bad && this.pushed ? make("p", { class: "wire-summary" }, this.pushed) : null,
        bad ? make("p", { class: "wire-note" }, call.errmsg) : null
      )
    );
    if (push) this.pushed = "";
    this.drawTiles();
  }

  // The words of a push; the record of its call follows.
  rememberPush(item) {
    const values = (item.rows || []).map((row) => row.value);
    this.pushed = [item.text, ...values].filter(Boolean).join(" · ").replace(/<[^>]*>/g, "");
  }

  add(card) {
    const first = this.list.querySelector(".wire-empty");
    if (first) this.list.removeChild(first);
    this.list.insertBefore(card, this.list.firstChild);
    while (this.list.children.length > MOST_CARDS) this.list.removeChild(this.list.lastChild);
  }

  deliveryCard(delivery) {
    const kind = words.kinds[delivery.kind] || delivery.kind;
    const summary = words.summaries[delivery.summary] || delivery.summary || words.summaries[delivery.kind] || kind;
    return make(
      "li",
      { class: `wire-card delivery ${delivery.outcome}`, "data-testid": "wire-delivery" },
      make(
        "p",
        { class: "wire-line" },
        make("span", { class: "way" }, words.toAccount),
        make("span", { class: "kind" }, kind),
        make("span", { class: `verdict ${delivery.outcome}` }, words.deliveries[delivery.outcome]),
        make("time", {}, clockTime(delivery.at, true))
      ),
      make("p", { class: "wire-summary" }, summary),
      ...delivery.attempts.map((attempt) => this.attemptLine(attempt, delivery.attempts.length > 1)),
      this.dedupeNote(delivery),
      make(
        "details",
        {},
        make("summary", {}, words.original),
        make("p", { class: "wire-note" }, delivery.encrypted_bytes ? words.encrypted(delivery.encrypted_bytes) : words.plain),
        make("pre", { "aria-label": words.message }, delivery.sent),
        delivery.reply ? make("pre", { class: "reply", "aria-label": words.reply }, delivery.reply) : null
      )
    );
  }

  attemptLine(attempt, numbered) {
    const waiting = attempt.outcome === "waiting";
    const fill = make("i", {});
    const part = waiting ? 0 : Math.min(1, (attempt.seconds || 0) / this.limit);
    fill.style.width = `${Math.max(2, part * 100)}%`;
    if (waiting) fill.style.animationDuration = `${this.limit}s`;
    const time = waiting || attempt.seconds === null ? "" : words.seconds(attempt.seconds);
    const label = [numbered ? words.attempt(attempt.number) : "", words.attempts[attempt.outcome], time];
    return make(
      "div",
      { class: `attempt ${attempt.outcome}` },
      make("span", { class: "bar", title: words.limit(this.limit) }, fill),
      make("span", {}, label.filter(Boolean).join(" · ")),
      attempt.detail ? make("small", {}, attempt.detail) : null
    );
  }

  dedupeNote(delivery) {
    const answered = delivery.attempts.filter((one) => DEDUPED.includes(one.outcome));
    if (delivery.attempts.length < 2 || answered.length < 2 || delivery.outcome === "waiting") return null;
    const say = delivery.replies_agree ? words.deduped : words.disagreed;
    return make("p", { class: `dedupe ${delivery.replies_agree ? "" : "bad"}` }, say(delivery.attempts.length));
  }

  drawTiles() {
    const all = Array.from(this.deliveries.values());
    const attempts = all.reduce((list, delivery) => list.concat(delivery.attempts), []);
    const times = attempts.map((one) => one.seconds).filter((seconds) => seconds !== null);
    const tiles = [
      [words.tiles.deliveries, String(all.length)],
      [words.tiles.slowest, times.length ? words.seconds(Math.max(...times)) : words.none],
      [words.tiles.repeats, String(attempts.length - all.filter((one) => one.attempts.length).length)],
      [words.tiles.pushes, String(this.pushes)],
    ];
    empty(byId("tiles")).append(...tiles.map(([label, value]) => make("div", {}, make("dd", {}, value), make("dt", {}, label))));
  }
}
