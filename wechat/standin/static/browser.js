// The built-in browser: pages of the service in a pane of their own, everything else in a new tab.

import { byId, empty, make } from "./dom.js";
import { words } from "./words.js";

const PAGE_MAY = "allow-scripts allow-forms allow-same-origin allow-popups allow-downloads allow-modals";

export class Browser {
  // `staff` keeps the browser's cookies, so that the console stays logged in; every other phone has a jar of its own.
  constructor({ openid, staff, onOpen, onClose, onExternal }) {
    this.openid = openid;
    this.staff = staff;
    this.onOpen = onOpen;
    this.onClose = onClose;
    this.onExternal = onExternal;
    this.origins = [];
    this.address = "";
    this.depth = 0;
    this.opener = null;
    byId("browser-back").addEventListener("click", () => this.back());
    byId("browser-reload").addEventListener("click", () => this.load());
    byId("browser-close").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return this.address !== "";
  }

  // Whether this window is the page that is open.
  shows(source) {
    const frame = byId("browser-page").querySelector("iframe");
    return Boolean(frame) && frame.contentWindow === source;
  }

  isOwn(address) {
    try {
      return this.origins.includes(new URL(address, location.href).origin);
    } catch (error) {
      return false;
    }
  }

  open(address, title) {
    if (!this.isOwn(address)) {
      window.open(address, "_blank", "noopener,noreferrer");
      this.onExternal();
      return;
    }
    this.opener = document.activeElement;
    this.address = this.onThisName(address);
    byId("browser-title").textContent = /^https?:/.test(title || "") ? words.page : title || words.page;
    byId("browser-host").textContent = new URL(this.address).host;
    this.load();
    this.onOpen();
    byId("browser-close").focus({ preventScroll: true });
  }

  // A page of `localhost` in a frame of 127.0.0.1 would lose its cookies.
  onThisName(address) {
    const url = new URL(address, location.href);
    url.hostname = location.hostname;
    return url.href;
  }

  load() {
    this.depth = -1;
    const query = new URLSearchParams({ openid: this.openid, url: this.address });
    const frame = make("iframe", {
      title: byId("browser-title").textContent,
      sandbox: PAGE_MAY,
      allow: "geolocation",
      credentialless: !this.staff,
      "data-testid": "phone-browser-frame",
      onload: () => this.loaded(),
    });
    frame.src = `/phone/browser?${query}`;
    byId("browser-progress").hidden = false;
    empty(byId("browser-page")).append(frame);
  }

  loaded() {
    this.depth += 1;
    byId("browser-progress").hidden = true;
    byId("browser-back").setAttribute("aria-label", this.depth > 0 ? words.backPage : words.backToChat);
  }

  back() {
    if (this.depth <= 0) {
      this.close();
      return;
    }
    this.depth -= 2; // the page before is loaded anew, which counts one
    history.back();
  }

  close() {
    this.address = "";
    empty(byId("browser-page"));
    this.onClose();
    if (this.opener && this.opener.isConnected) this.opener.focus();
  }
}
