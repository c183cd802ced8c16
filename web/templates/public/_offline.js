"use strict";
(() => {
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = data("words"), trusted = new Set(data("trusted"));
  const at = (id) => document.getElementById(id);
  const utf8 = new TextEncoder(), text = new TextDecoder("utf-8", { fatal: true });
  const ALG = "EdDSA", FORM = "chengguan-permit-keys/1";
  let list = null;

  const said = (key, parts = {}) =>
    Object.entries(parts).reduce((words, [name, value]) => words.replace(name, value), words[key]);

  function encoded(bytes) {
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  /* One spelling only: a changed character must never mean the same bytes. */
  function decoded(part) {
    if (!/^[A-Za-z0-9_-]+$/.test(part)) throw new Error("malformed");
    const plain = part.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(plain + "=".repeat((4 - (plain.length % 4)) % 4)), (c) => c.charCodeAt(0));
    const whole = [];
    for (let from = 0; from < bytes.length; from += 8192) whole.push(String.fromCharCode(...bytes.subarray(from, from + 8192)));
    const again = btoa(whole.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    if (again !== part) throw new Error("malformed");
    return bytes;
  }

  function read(head, body, tail) {
    const header = JSON.parse(text.decode(decoded(head)));
    if (Object.keys(header).sort().join() !== "alg,kid" || header.alg !== ALG) throw new Error("malformed");
    return { kid: header.kid, payload: JSON.parse(text.decode(decoded(body))), message: utf8.encode(head + "." + body), signature: decoded(tail) };
  }

  async function isSigned(signed, key) {
    const jwk = { kty: key.kty, crv: key.crv, x: key.x };
    const known = await crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, known, signed.signature, signed.message);
  }

  async function canVerify() {
    try {
      const key = decoded("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
      await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return true;
    } catch (_) {
      return false;
    }
  }

  async function digestOf(code) {
    const whole = await crypto.subtle.digest("SHA-256", utf8.encode("chengguan/permit-code/" + code));
    return encoded(new Uint8Array(whole).subarray(0, 16));
  }

  const moment = (seconds) => {
    const t = new Date((seconds + 8 * 3600) * 1000).toISOString();
    return t.slice(0, 10) + " " + t.slice(11, 16);
  };
  /* What ends at midnight ends at 24:00 of the day before. */
  const endOf = (seconds) => {
    const shown = moment(seconds);
    return shown.endsWith("00:00") ? moment(seconds - 60).slice(0, 10) + " 24:00" : shown;
  };
  const madeAt = (listed) => moment(Date.parse(listed.made_at) / 1000);

  async function takeList(file) {
    list = null;
    try {
      const whole = JSON.parse(await file.text());
      const signed = read(whole.protected, whole.payload, whole.signature);
      const key = signed.payload.keys.find((one) => one.kid === signed.kid);
      if (signed.payload.form !== FORM || !key || !trusted.has(key.kid) || !(await isSigned(signed, key))) throw new Error("bad");
      list = signed.payload;
      tell("list-said", said("list_read", { NUMBER: list.number, AT: madeAt(list) }), "good");
    } catch (_) {
      tell("list-said", words.bad_list, "late");
    }
  }

  /* Returns [word, sentence, tone, claims]. */
  async function verdict(token) {
    const parts = token.split(".");
    if (parts.length !== 3) return ["fake", words.malformed, "late"];
    let signed;
    try {
      signed = read(...parts);
    } catch (_) {
      return ["fake", words.malformed, "late"];
    }
    const key = list.keys.find((one) => one.kid === signed.kid && one.alg === ALG);
    if (!key) return ["fake", words[list.withdrawn_keys.includes(signed.kid) ? "withdrawn_key" : "unknown_key"], "late"];
    if (!(await isSigned(signed, key))) return ["fake", words.altered, "late"];
    const claims = signed.payload, now = Date.now() / 1000;
    if (typeof claims.jti !== "string" || typeof claims.exp !== "number") return ["fake", words.malformed, "late"];
    const digest = await digestOf(claims.jti);
    const end = list.ended.find((one) => one.digest === digest);
    /* What another takes the place of before it begins never holds. */
    if (end && (end.ending !== "replaced" || end.at <= Math.max(now, claims.nbf))) {
      const key = end.ending === "replaced" ? "replaced_said" : "ended_said";
      return [end.ending, said(key, { AT: moment(end.at), BY: end.by || "" }), "late", claims];
    }
    if (now < claims.nbf) return ["not_yet", words.not_yet_said, "soon", claims];
    const kept = Date.parse(list.made_at) / 1000 + 2 * 86400;
    if (now >= claims.exp && now < kept && (list.renewing || []).includes(digest)) return ["renewing", words.renewing_said, "good", claims];
    if (now >= claims.exp) return ["expired", words.expired_said, "soon", claims];
    if (end) return ["valid", said("to_be_replaced_said", { AT: moment(end.at), BY: end.by || "" }), "good", claims];
    return ["valid", words.valid_said, "good", claims];
  }

  function tell(id, sentence, tone) {
    const place = at(id);
    place.textContent = sentence;
    place.className = "said " + tone;
    place.hidden = false;
  }

  function row(name, value) {
    const term = document.createElement("dt"), words = document.createElement("dd");
    term.textContent = name;
    words.textContent = value;
    at("facts").append(term, words);
  }

  async function check() {
    at("result").hidden = true;
    if (!list) return tell("list-said", words.no_list, "late");
    const token = at("token").value.trim().split("/").pop().replace(/[?#].*$/, "");
    if (!token) return tell("token-said", words.no_token, "late");
    at("token-said").hidden = true;
    const [what, sentence, tone, claims] = await verdict(token);
    at("result").className = "result " + tone;
    at("word").textContent = { good: "✓ ", soon: "! ", late: "✗ " }[tone] + words[what];
    at("sentence").textContent = sentence;
    at("facts").replaceChildren();
    at("compare").hidden = !claims;
    if (claims) {
      row(words.number, claims.n);
      row(words.kind, claims.k);
      row(words.holder, claims.h);
      row(words.place, claims.p);
      if (claims.a !== undefined) row(words.area, claims.a + " " + words.metres);
      row(words.valid_span, moment(claims.nbf) + " " + words.until + " " + endOf(claims.exp));
      row(words.code, claims.jti.replace(/(.{4})(?=.)/g, "$1-"));
    }
    at("basis").textContent = said("basis", { NUMBER: list.number, AT: madeAt(list) });
    at("clock").textContent = said("clock", { AT: moment(Date.now() / 1000) });
    at("result").hidden = false;
    at("result").scrollIntoView({ block: "nearest" });
  }

  async function scan(file) {
    const picture = await createImageBitmap(file);
    const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
    if (!found.length) return tell("token-said", words.no_token, "late");
    at("token").value = found[0].rawValue;
    return check();
  }

  (async () => {
    if (!(await canVerify())) return tell("cannot", words.no_crypto, "late");
    at("tool").hidden = false;
    at("list").addEventListener("change", (event) => event.target.files[0] && takeList(event.target.files[0]));
    at("check").addEventListener("click", check);
    if ("BarcodeDetector" in window) {
      at("scan-field").hidden = false;
      at("scan").addEventListener("change", (event) => event.target.files[0] && scan(event.target.files[0]));
    }
  })();
})();
