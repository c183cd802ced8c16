// Photos and recordings on their way to us, in pieces: a dead network costs a piece, never a photo. ES5 for old phones.
window.cgFiles = (function () {
  "use strict";
  var PIECE = 256 * 1024;
  var SIDE = 2048;
  var BIG = 1200 * 1024;
  var AT_ONCE = 2;
  var queue = [];
  var running = 0;

  function ask(method, address, headers, body, token, answered, failed, progress) {
    var request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = 60000;
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("x-csrf-token", token);
    for (var name in headers) request.setRequestHeader(name, headers[name]);
    if (progress && request.upload) request.upload.onprogress = function (event) { progress(event.loaded); };
    request.onload = function () {
      var content = {};
      try { content = JSON.parse(request.responseText); } catch (error) { content = {}; }
      if (request.status >= 200 && request.status < 300) answered(content);
      else failed(request.status, content, parseInt(request.getResponseHeader("retry-after"), 10) || 0);
    };
    request.onerror = request.ontimeout = function () { failed(0, {}, 0); };
    request.send(body || null);
  }

  // A phone's photo of ten megabytes shows no more of a street than one of half a megabyte. Where the browser does not
  // turn photos upright by itself, the photo goes as it is.
  function smaller(file, done) {
    var turns = window.CSS && CSS.supports && CSS.supports("image-orientation", "from-image");
    var canvas = document.createElement("canvas");
    if (!turns || !canvas.toBlob || file.size < BIG || !/^image\/(jpeg|png|webp)$/.test(file.type)) return done(file);
    var image = new Image();
    var address = URL.createObjectURL(file);
    image.onload = function () {
      var share = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
      canvas.width = Math.round(image.naturalWidth * share);
      canvas.height = Math.round(image.naturalHeight * share);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob(function (blob) { done(blob && blob.size < file.size ? blob : file); }, "image/jpeg", 0.82);
    };
    image.onerror = function () { URL.revokeObjectURL(address); done(file); };
    image.src = address;
  }

  // One file. `tell(state, share, words)`: "sending", "waiting" for the network, "done" with its id, "refused".
  function File_(content, kind, token, tell) {
    this.content = content;
    this.kind = kind;
    this.token = token;
    this.tell = tell;
    this.id = "";
    this.offset = 0;
    this.tries = 0;
    this.state = "sending";
    this.isGone = false;
  }

  File_.prototype.go = function () {
    var self = this;
    if (self.isGone) return finished();
    self.say("sending");
    if (!self.id) {
      var announced = { "upload-length": String(self.content.size), "upload-kind": self.kind };
      return ask("POST", "/h5/uploads", announced, null, self.token, function (answer) {
        self.id = answer.id;
        self.offset = 0;
        self.piece();
      }, self.failed.bind(self));
    }
    ask("GET", "/h5/uploads/" + self.id, {}, null, self.token, function (answer) {
      self.offset = answer.offset;
      if (answer.done) self.arrived(); else self.piece();
    }, self.failed.bind(self));
  };

  File_.prototype.piece = function () {
    var self = this;
    if (self.isGone) return finished();
    var piece = self.content.slice(self.offset, self.offset + PIECE);
    ask("PATCH", "/h5/uploads/" + self.id, { "upload-offset": String(self.offset), "content-type": "application/offset+octet-stream" },
      piece, self.token, function (answer) {
        self.tries = 0;
        self.offset = answer.offset;
        self.say("sending");
        if (answer.done) self.arrived(); else self.piece();
      }, self.failed.bind(self), function (loaded) { self.say("sending", loaded); });
  };

  File_.prototype.failed = function (status, content, wait) {
    var self = this;
    if (self.isGone) return finished();
    if (status === 404 || status === 410) self.id = "";
    // 507: no room for photos, perhaps for hours. The words are taken, so they do not wait.
    else if (status === 507 || (status >= 400 && status < 500 && status !== 409 && status !== 429 && status !== 408)) {
      self.say("refused", 0, content.title);
      return finished();
    }
    self.tries += 1;
    self.say("waiting");
    later(Math.max(wait, Math.min(30, Math.pow(2, self.tries - 1))) * 1000, function () { self.go(); });
  };

  File_.prototype.arrived = function () {
    this.say("done");
    finished();
  };

  File_.prototype.say = function (state, loaded, words) {
    this.state = state;
    this.tell(state, Math.min(1, (this.offset + (loaded || 0)) / Math.max(1, this.content.size)), words || "");
  };

  // After this time, or as soon as the network is back.
  function later(wait, act) {
    var timer = 0;
    function now() {
      clearTimeout(timer);
      window.removeEventListener("online", now);
      act();
    }
    timer = setTimeout(now, wait);
    window.addEventListener("online", now);
  }

  function finished() {
    running -= 1;
    next();
  }

  function next() {
    while (running < AT_ONCE && queue.length) {
      running += 1;
      queue.shift().go();
    }
  }

  return {
    ask: ask,
    later: later,
    // Send a photo or a recording. Gives back what takes it off again.
    send: function (content, kind, token, tell) {
      var file = new File_(content, kind, token, tell);
      function start(smallest) {
        file.content = smallest;
        queue.push(file);
        next();
      }
      if (kind === "photo") smaller(content, start); else start(content);
      return file;
    }
  };
})();
