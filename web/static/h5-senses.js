// Where one is, and a voice: only after a tap, or where it was allowed before. Without either the form does as well.
(function () {
  "use strict";
  var filing = window.cgFiling;
  if (!filing) return;
  var form = filing.form;
  var said = filing.said;
  function $(id) { return document.getElementById(id); }

  // ---- where

  function located(place) {
    form.elements.latitude.value = place ? place.coords.latitude.toFixed(6) : "";
    form.elements.longitude.value = place ? place.coords.longitude.toFixed(6) : "";
    form.elements.datum.value = place ? "wgs84" : "";
    $("located").hidden = !place;
    label("locate", place ? said.again : said.locate);
    filing.changed();
  }

  function label(id, text) { $(id).querySelector("span").textContent = text; }

  function lost(isDenied) {
    label("locate", said.locate);
    var note = $("locate-said");
    note.hidden = false;
    note.textContent = isDenied ? said.denied : said.lost;
    $("place").focus();
  }

  function locate() {
    label("locate", said.locating);
    if (form.dataset.wechat) askWechat(); else askBrowser();
  }

  function askBrowser() {
    if (!navigator.geolocation) return lost(false);
    navigator.geolocation.getCurrentPosition(located, function (error) { lost(error.code === 1); },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
  }

  // WeChat has the permission already that its browser may lack. Whatever fails, the browser is asked.
  function askWechat() {
    var isOver = false;
    var patience = setTimeout(instead, 8000);
    function instead() {
      if (isOver) return;
      isOver = true;
      askBrowser();
    }
    function found(place) {
      if (isOver) return;
      isOver = true;
      clearTimeout(patience);
      located({ coords: { latitude: parseFloat(place.latitude), longitude: parseFloat(place.longitude) } });
    }
    function refused() {
      clearTimeout(patience);
      if (isOver) return;
      isOver = true;
      lost(true);
    }
    function ready() {
      window.wx.getLocation({ type: "wgs84", success: found, cancel: refused, fail: instead });
    }
    var page = encodeURIComponent(location.pathname + location.search);
    window.cgFiles.ask("GET", "/h5/file/wechat?page=" + page, {}, null, "", function (key) {
      var script = document.createElement("script");
      script.src = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";
      script.onerror = instead;
      script.onload = function () {
        key.jsApiList = ["getLocation"];
        window.wx.config(key);
        window.wx.error(instead);
        window.wx.ready(ready);
      };
      document.head.appendChild(script);
    }, instead);
  }

  if (navigator.geolocation && window.isSecureContext !== false || form.dataset.wechat) {
    $("locating").hidden = false;
    $("locate").onclick = function () {
      $("locate-said").hidden = true;
      locate();
    };
    $("unlocate").onclick = function () { located(null); };
    if (form.dataset.locate && !form.elements.latitude.value && navigator.permissions) {
      navigator.permissions.query({ name: "geolocation" }).then(function (answer) {
        if (answer.state === "granted") locate();
      }, function () { return; });
    }
  }

  // ---- a voice

  var LIMIT = 60;
  var TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  var recorder = null;
  var began = 0;
  var ticking = 0;

  function type() {
    return TYPES.filter(function (one) { return MediaRecorder.isTypeSupported && MediaRecorder.isTypeSupported(one); })[0];
  }

  function seconds() { return Math.max(1, Math.round((Date.now() - began) / 1000)); }

  function tick() {
    label("speak", filing.words("stop", { seconds: Math.max(0, LIMIT - seconds()) }));
    if (seconds() >= LIMIT) recorder.stop();
  }

  function record(stream) {
    var pieces = [];
    var chosen = type();
    recorder = new MediaRecorder(stream, chosen ? { mimeType: chosen, audioBitsPerSecond: 24000 } : {});
    recorder.ondataavailable = function (event) { if (event.data.size) pieces.push(event.data); };
    recorder.onstop = function () {
      clearInterval(ticking);
      stream.getTracks().forEach(function (track) { track.stop(); });
      recorder = null;
      label("speak", said.speak);
      if (pieces.length) filing.post(new Blob(pieces, { type: pieces[0].type }), "voice", filing.recording(seconds()));
    };
    began = Date.now();
    recorder.start();
    tick();
    ticking = setInterval(tick, 500);
  }

  function speak() {
    if (recorder) return recorder.stop();
    var most = parseInt(form.dataset.voices, 10);
    $("spoken").textContent = "";
    if ($("voices").children.length >= most) {
      $("spoken").textContent = filing.words("voices", { count: most });
      return;
    }
    navigator.mediaDevices.getUserMedia({ audio: true }).then(record, function () { $("spoken").textContent = said.silent; });
  }

  if (window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    $("voice").hidden = false;
    $("speak").onclick = speak;
  }
})();
