// Hands the page's key to WeChat's scripts, and says what became of the tap on its button.
(function () {
  "use strict";
  var LOOKED_AT_MS = 1500; // the platform tells us of the tap by itself, in about a second
  var key = document.getElementById("wechat-key");
  if (!key || !window.wx) return;
  window.wx.config({
    appId: key.dataset.app,
    timestamp: Number(key.dataset.timestamp),
    nonceStr: key.dataset.nonce,
    signature: key.dataset.signature,
    jsApiList: [],
    openTagList: ["wx-open-subscribe"],
  });
  var said = document.getElementById("subscribed");
  var tag = document.getElementById("subscribe");
  tag.addEventListener("ready", function () {
    var note = document.getElementById("no-button");
    if (note) note.hidden = true;
  });
  tag.addEventListener("success", function (event) {
    var details = String((event.detail && event.detail.subscribeDetails) || "");
    said.textContent = /"?accept/.test(details) || !details ? said.dataset.yes : said.dataset.no;
    said.hidden = false;
    window.setTimeout(function () {
      window.location.reload();
    }, LOOKED_AT_MS);
  });
})();
