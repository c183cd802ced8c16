// The place and the outline of a permit that a clerk enters: the first tap is the place, further ones are its corners. Both stand in
// fields that can be typed as well; without this script, or without a map, they are typed.
"use strict";
(() => {
  if (!window.L || !window.mapGround) return;
  const read = (text) => text.split("\n").map((line) => line.split(",").map(Number))
    .filter((one) => one.length === 2 && one.every(Number.isFinite));
  const said = ([latitude, longitude]) => `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;

  document.querySelectorAll("details.outline-map").forEach((holder) => {
    const form = holder.closest("form");
    const point = form.querySelector(`[name="${holder.dataset.point}"]`);
    const outline = form.querySelector(`[name="${holder.dataset.outline}"]`);
    if (!point || !outline) return;
    holder.hidden = false;
    let ground = null;
    let drawn = null;

    const draw = () => {
      if (!ground) return;
      drawn.clearLayers();
      const corners = read(outline.value).map((one) => ground.toMap(...one));
      const quiet = { interactive: false };
      corners.forEach((one) => L.circleMarker(one, { radius: 5, color: "#1b4f80", ...quiet }).addTo(drawn));
      if (corners.length > 1) L.polygon(corners, { color: "#1b4f80", weight: 3, ...quiet }).addTo(drawn);
      read(point.value).slice(0, 1).forEach((one) => {
        L.circleMarker(ground.toMap(...one), { radius: 9, color: "#b3261e", weight: 4, fillOpacity: 0.3, ...quiet }).addTo(drawn);
      });
    };
    const write = (field, value) => {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };

    holder.addEventListener("toggle", () => {
      if (!holder.open || ground) return;
      ground = window.mapGround.begin(holder.querySelector("[data-setup]"), { scrollWheelZoom: false, maxZoom: 19 });
      drawn = L.layerGroup().addTo(ground.map);
      const [at] = read(point.value);
      if (at) ground.map.setView(ground.toMap(...at), 17, { animate: false });
      else ground.fit(ground.setup.bounds);
      ground.drawAreas();
      ground.map.on("click", ({ latlng }) => {
        const here = said(ground.fromMap(latlng.lat, latlng.lng));
        if (!read(point.value).length) write(point, here);
        else write(outline, [...outline.value.split("\n").filter((line) => line.trim()), here].join("\n"));
      });
      draw();
    });
    holder.querySelector("[data-undo]").addEventListener("click", () => {
      const lines = outline.value.split("\n").filter((line) => line.trim());
      if (lines.length) write(outline, lines.slice(0, -1).join("\n"));
      else write(point, "");
    });
    holder.querySelector("[data-clear]").addEventListener("click", () => { write(outline, ""); write(point, ""); });
    [point, outline].forEach((field) => field.addEventListener("input", draw));
  });
})();
