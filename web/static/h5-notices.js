// Hands the page's key to WeChat's scripts and looks at the page again once something was agreed to.
(function () {
  "use strict";
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
  document.getElementById("subscribe").addEventListener("success", function () {
    window.location.reload();
  });
})();
