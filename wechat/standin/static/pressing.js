// What each kind of menu button asks the citizen for before it is sent.

import { make } from "./dom.js";
import { words } from "./words.js";

const SCANS = ["scancode_push", "scancode_waitmsg"];
const TAKES_PHOTOS = ["pic_sysphoto", "pic_photo_or_album", "pic_weixin"];

export class Pressing {
  constructor({ act, sheets, panels, browser }) {
    Object.assign(this, { act, sheets, panels, browser });
  }

  press(one, path) {
    if (SCANS.includes(one.type)) return this.scan(one, path);
    if (TAKES_PHOTOS.includes(one.type)) return this.takePhoto(path);
    if (one.type === "location_select") return this.pickPlace(path);
    if (one.type === "miniprogram") this.sheets.toast(words.miniProgramNote);
    else if (one.type === "view") this.browser.open(one.url, one.name);
    else if (one.type !== "click") return this.sheets.toast(words.noSuchButton);
    return this.act("menu", { path });
  }

  async scan(one, path) {
    this.panels.setup.scenes = await this.panels.openScenes();
    const pick = (scanned) => {
      this.sheets.close();
      this.act("menu", { path, scanned });
      if (one.type === "scancode_push" && /^https?:\/\//.test(scanned)) this.browser.open(scanned, one.name);
    };
    this.sheets.pick(words.scanHint, make("div", { class: "sheet-list" }, ...this.panels.scanChoices(pick)));
  }

  takePhoto(path) {
    const pick = (name) => {
      this.sheets.close();
      this.act("menu", { path, photos: [name] });
    };
    this.sheets.pick(words.photosHint, make("div", { class: "sheet-photos" }, ...this.panels.photoChoices(pick)));
  }

  pickPlace(path) {
    const pick = (place) => {
      this.sheets.close();
      this.act("menu", { path, place: { action: "location", openid: this.panels.setup.citizen.openid, ...place } });
    };
    this.sheets.pick(words.placesHint, make("div", { class: "sheet-list" }, ...this.panels.placeChoices(pick)));
  }
}
