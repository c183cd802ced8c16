// Puts the phone together and keeps it up to date.

import { Browser } from "./browser.js";
import { Chat } from "./bubbles.js";
import { Composer } from "./composer.js";
import { Connection, newOpenid, whoAmI } from "./connection.js";
import { Desk } from "./desk.js";
import { button, byId, empty, make } from "./dom.js";
import { Menu } from "./menu.js";
import { Panels } from "./panels.js";
import { Pressing } from "./pressing.js";
import { Sheets } from "./sheets.js";
import { Side } from "./side.js";
import { Subscribing } from "./subscribing.js";
import { Switches } from "./switches.js";
import { tellPair, listenToPair } from "./pair.js";
import { whereabouts } from "./whereabouts.js";
import { Wire } from "./wire.js";
import { words } from "./words.js";

const TYPING_MS = 15000;
const FRESH_MS = 15000; // older ones are the chat being read again

const me = whoAmI();
const connection = new Connection(me);
const sheets = new Sheets();
const side = new Side((part) => part === "desk" && desk.refresh());
const wire = new Wire();
const browser = new Browser({
  openid: me.openid,
  staff: me.staff,
  onOpen: () => side.show("browser"),
  onClose: () => {
    subscribing.close();
    side.drop("browser");
  },
  onExternal: () => sheets.toast(words.external),
});
const chat = new Chat(byId("chat"), {
  onChoice: (text, menuId) => act("text", { text, menu_id: menuId }),
  onPhoto: (address) => sheets.showPhoto(address),
  onFilm: (address) => sheets.showFilm(address),
});
const panels = new Panels({ act, sendFiles, whereAmI: myPlace, scan, openScenes: () => connection.scenes(), close: () => composer.closePanel() });
const composer = new Composer({
  act,
  panels,
  onOpen: () => chat.scrollDown(),
  onRecorded: (recording) => sheets.showRecording(recording, (heard) => sendRecording(recording, heard)),
  onHint: (text) => sheets.toast(text),
});
const pressing = new Pressing({ act, sheets, panels, browser });
const menu = new Menu((one, path) => pressing.press(one, path));
const switches = new Switches((changes) => attempt(connection.setSwitches(changes)));
const subscribing = new Subscribing({ browser, act });
const desk = new Desk({ connection, attempt, onWanted: () => side.show("desk"), onOffered: () => side.offer("desk") });
let setup = null;
let typingTimer = 0;
let streamed = false;

async function attempt(sending) {
  try {
    await sending;
    return true;
  } catch (error) {
    sheets.toast(error.message);
    return false;
  }
}

function act(action, details) {
  return attempt(connection.act(action, details));
}

async function sendFiles(files) {
  for (const file of files) {
    const isFilm = file.type.startsWith("video/");
    await attempt(isFilm ? connection.sendFilm(file) : connection.sendPhoto(file));
  }
}

function sendRecording({ name, seconds }, heard) {
  return act("recording", { seconds, recognition: heard || null, recording: name });
}

async function myPlace() {
  const found = await whereabouts();
  if (!found) sheets.toast(words.noWhereabouts);
  return found && { ...found, label: words.myPlace, detail: "" };
}

// A code with an address that is not the account's own opens its page, as any code reader does.
function scan(content) {
  composer.closePanel();
  sheets.close();
  if (/^https?:\/\//.test(content) && !content.startsWith("http://weixin.qq.com/q/")) {
    browser.open(content, words.scan);
    return true;
  }
  return act("scan", { scene: content });
}

async function scanToFollow() {
  panels.setup.scenes = await connection.scenes();
  sheets.pick(words.scanHint, make("div", { class: "sheet-list" }, ...panels.scanChoices(scan)));
}

function showTyping(on) {
  clearTimeout(typingTimer);
  byId("account-name").textContent = on ? words.typing : setup ? setup.account.name : "";
  if (on) typingTimer = setTimeout(() => showTyping(false), TYPING_MS);
}

function showCitizen(citizen) {
  if (setup) setup.citizen = citizen;
  chat.citizen = citizen;
  connection.owner = citizen.name;
  byId("citizen-line").textContent = words.youAre(citizen.name);
  byId("composer").hidden = !citizen.followed;
  byId("follow-bar").hidden = citizen.followed;
  tellPair("citizen", { name: citizen.name });
}

const TOPICS = {
  bubble: (item) => {
    chat.add(item);
    desk.notice(item);
    if (item.from === "account" && item.api !== "passive") wire.rememberPush(item);
    if (item.from === "citizen" && !me.staff) byId("hints").hidden = true;
    if (item.from !== "citizen" && Date.now() - Date.parse(item.at) < FRESH_MS) tellPair("arrived", {});
  },
  delivery: (delivery) => wire.showDelivery(delivery),
  call: (call) => wire.showCall(call),
  typing: (typing) => showTyping(typing.on),
  citizen: showCitizen,
  menu: (buttons) => menu.draw(buttons),
  switches: (all) => tellPair("trouble", { on: switches.draw(all) }),
};

function drawPhrases(phrases) {
  const deeds = me.staff
    ? [
        button(words.openConsole, { "data-testid": "phone-open-console", onclick: openConsole }),
        button(words.scanBinding, { "data-testid": "phone-scan-binding", onclick: scanToFollow }),
      ]
    : [];
  empty(byId("hints")).append(
    make("span", {}, me.staff ? words.staffHint : words.tryAsking),
    ...deeds,
    ...phrases.map((phrase) => button(phrase.text, { onclick: () => act("text", { text: phrase.text }) }))
  );
  empty(byId("phrases")).append(
    ...phrases.map((phrase) =>
      button(
        `${phrase.text}（${phrase.hint}）`,
        { class: "phrase", "data-testid": "phone-phrase", onclick: () => act("text", { text: phrase.text }) },
        make("strong", {}, phrase.text),
        make("small", {}, phrase.hint)
      )
    )
  );
}

function openConsole() {
  browser.open(setup.console_url, words.console);
}

async function start() {
  setup = await connection.setup();
  document.title = `${setup.account.name} · ${setup.citizen.name}`;
  wire.limit = setup.answer_limit_s;
  panels.setup = setup;
  subscribing.setup = setup;
  browser.origins = setup.own_origins;
  desk.transferred = setup.transferred;
  menu.draw(setup.menu);
  showTyping(false);
  showCitizen(setup.citizen);
  TOPICS.switches(setup.switches);
  drawPhrases(setup.phrases);
  byId("console-link").href = setup.console_url;
}

function openAnotherPhone() {
  window.open(`/phone?openid=${newOpenid()}`, "_blank", "noopener");
}

function showProfile() {
  if (!setup) return;
  const { followed } = setup.citizen;
  sheets.showProfile(setup, [
    { label: words.seeWire, kind: "only-small", testid: "phone-see-wire", work: () => side.show("wire") },
    { label: words.seeDesk, testid: "phone-see-desk", work: () => desk.open() },
    { label: words.openConsole, testid: "phone-profile-console", work: openConsole },
    me.paired ? null : { label: words.twoPhones, work: () => location.assign("/phone?two") },
    me.paired ? null : { label: words.anotherPhone, work: openAnotherPhone },
    {
      label: followed ? words.unfollow : words.follow,
      kind: followed ? "danger" : "",
      testid: "phone-follow-toggle",
      work: () => act("follow", { followed: !followed }),
    },
  ].filter(Boolean));
}

function listen() {
  byId("another-phone").addEventListener("click", openAnotherPhone);
  byId("follow").addEventListener("click", () => act("follow", { followed: true }));
  byId("follow-by-code").addEventListener("click", scanToFollow);
  byId("open-profile").addEventListener("click", showProfile);
  byId("chat").addEventListener("click", (event) => {
    const opening = event.target.closest("a[data-page]");
    if (!opening || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    browser.open(opening.href, opening.dataset.page);
  });
  listenToPair({
    say: ({ text }) => act("text", { text }),
    console: openConsole,
    binding: scanToFollow,
    wire: () => side.show("wire"),
    clear: () => switches.clear(),
  });
}

function tickClock() {
  const now = new Date();
  byId("device-time").textContent = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
}

listen();
tickClock();
setInterval(tickClock, 10000);
attempt(start()).then(() =>
  connection.follow({
    onItem: (topic, content) => TOPICS[topic] && TOPICS[topic](content),
    onRestart: () => {
      byId("hints").hidden = false;
      chat.clear();
      wire.clear();
      if (setup && streamed) attempt(start()); // a stand-in started anew has to get to know this phone again
      streamed = true;
    },
    onOnline: (online) => (byId("offline").hidden = online),
  })
);
