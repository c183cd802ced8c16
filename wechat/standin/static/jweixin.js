// What the platform's own script does on a page, as far as it is played here: the button that asks to agree to messages.
// The page hands over what the button looks like; a tap goes to the phone around the page, which asks its owner.
(() => {
  const TAG = "wx-open-subscribe";
  let drawn = false;

  window.wx = {
    config(settings) {
      const wanted = Array.isArray(settings.openTagList) && settings.openTagList.includes(TAG);
      if (!wanted || drawn || !settings.signature || window.parent === window) return;
      drawn = true;
      customElements.define(TAG, SubscribeButton);
    },
    ready: (work) => setTimeout(work),
    error: () => {},
    checkJsApi: () => {},
  };

  class SubscribeButton extends HTMLElement {
    connectedCallback() {
      const parts = Array.from(this.querySelectorAll("script[type='text/wxtag-template']"));
      const inside = this.attachShadow({ mode: "open" });
      inside.innerHTML = parts.map((part) => part.textContent).join("");
      inside.addEventListener("click", (event) => event.target.closest("button") && this.ask());
      window.addEventListener("message", (event) => this.heard(event));
      setTimeout(() => this.dispatchEvent(new CustomEvent("ready")));
    }

    ask() {
      window.parent.postMessage({ subscribe: (this.getAttribute("template") || "").split(",") }, "*");
    }

    heard(event) {
      const answers = event.source === window.parent && event.data && event.data.subscribed;
      if (!answers) return;
      const told = Object.entries(answers).map(([id, status]) => [id, JSON.stringify({ status })]);
      const subscribeDetails = JSON.stringify(Object.fromEntries(told));
      this.dispatchEvent(new CustomEvent("success", { detail: { errMsg: "subscribe:ok", subscribeDetails } }));
    }
  }
})();
