// Picking a place on the map, and drawing how far it reaches: the first tap is the place, further taps are corners. Needs
// Leaflet and map-ground.js; without them the place is told in words. ES5, but the ground itself asks for a newer phone.
(function () {
  "use strict";
  var holder = document.querySelector(".map-card");
  if (!holder || !window.L || !window.mapGround) return;
  var box = holder.querySelector(".map-box");
  var form = document.getElementById("permit");
  var ground = null;
  var drawn = null;
  var corners = [];
  var point = null;
  holder.hidden = false;

  function place() { return document.querySelector("[data-place]"); }

  function part(name) {
    var here = place();
    return here ? here.querySelector('[name="' + here.getAttribute("data-place") + "." + name + '"]') : null;
  }

  function read() {
    var latitude = part("latitude");
    point = null;
    corners = [];
    if (!latitude || !latitude.value) return;
    var shift = part("datum").value === "gcj02" ? window.mapGround.straight : function (lat, lng) { return [lat, lng]; };
    point = shift(Number(latitude.value), Number(part("longitude").value));
    var kept = [];
    try { kept = JSON.parse(part("outline").value || "[]"); } catch (error) { kept = []; }
    for (var i = 0; i < kept.length; i++) corners.push(shift(kept[i][1], kept[i][0]));
  }

  function write() {
    var here = place();
    if (!here) return;
    part("latitude").value = point ? point[0].toFixed(7) : "";
    part("longitude").value = point ? point[1].toFixed(7) : "";
    part("datum").value = point ? "wgs84" : "";
    var ring = [];
    for (var i = 0; i < corners.length; i++) ring.push([Number(corners[i][1].toFixed(7)), Number(corners[i][0].toFixed(7))]);
    part("outline").value = corners.length > 2 ? JSON.stringify(ring) : "";
    here.querySelector("[data-picked]").hidden = !point;
    var told = document.createEvent("Event");
    told.initEvent("cg-keep", true, true);
    form.dispatchEvent(told);
    draw();
  }

  function draw() {
    if (!ground) return;
    drawn.clearLayers();
    var ring = [];
    for (var i = 0; i < corners.length; i++) {
      ring.push(ground.toMap(corners[i][0], corners[i][1]));
      L.circleMarker(ring[i], { radius: 5, color: "#1b4f80", interactive: false }).addTo(drawn);
    }
    if (ring.length > 1) L.polygon(ring, { color: "#1b4f80", weight: 3, interactive: false }).addTo(drawn);
    if (point) L.circleMarker(ground.toMap(point[0], point[1]), { radius: 9, color: "#b3261e", weight: 4, fillOpacity: 0.3, interactive: false }).addTo(drawn);
  }

  function open() {
    if (ground) { ground.map.invalidateSize(); return; }
    ground = window.mapGround.begin(box, { scrollWheelZoom: false, maxZoom: 19 });
    drawn = L.layerGroup().addTo(ground.map);
    if (point) ground.map.setView(ground.toMap(point[0], point[1]), 17, { animate: false });
    else if (ground.setup.bounds) ground.fit(ground.setup.bounds);
    else ground.map.setView([30, 118], 6, { animate: false });
    ground.drawAreas();
    ground.map.on("click", function (event) {
      var at = ground.fromMap(event.latlng.lat, event.latlng.lng);
      if (!point) point = at; else corners.push(at);
      write();
    });
    draw();
  }

  holder.addEventListener("toggle", function () { if (holder.open) open(); });
  holder.querySelector("[data-map-undo]").onclick = function () {
    if (corners.length) corners.pop(); else point = null;
    write();
  };
  holder.querySelector("[data-map-clear]").onclick = function () { corners = []; point = null; write(); };
  window.cgPermitMap = { renewed: draw };
  read();
})();
