// A heat layer of its own: a soft stamp for each square, as dense as its count, then coloured by density.
"use strict";
window.mapHeat = (colour) => {
  const DENSEST = 0.7, FAINTEST = 0.06;
  const stamp = (radius) => {
    const one = document.createElement("canvas");
    one.width = one.height = radius * 2;
    const context = one.getContext("2d");
    const soft = context.createRadialGradient(radius, radius, 0, radius, radius, radius);
    soft.addColorStop(0, "rgba(0,0,0,1)");
    soft.addColorStop(0.35, "rgba(0,0,0,0.6)");
    soft.addColorStop(1, "rgba(0,0,0,0)");
    context.fillStyle = soft;
    context.fillRect(0, 0, radius * 2, radius * 2);
    return one;
  };
  const colours = () => {
    const one = document.createElement("canvas");
    one.width = 256;
    one.height = 1;
    const context = one.getContext("2d");
    const scale = context.createLinearGradient(0, 0, 256, 0);
    ["low", "middle", "high"].forEach((name, at) => scale.addColorStop(at / 2, colour(`heat-${name}`)));
    context.fillStyle = scale;
    context.fillRect(0, 0, 256, 1);
    return context.getImageData(0, 0, 256, 1).data;
  };

  const Heat = L.Layer.extend({
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide map-heat", map.getPane("overlayPane"));
      this._canvas.setAttribute("aria-hidden", "true");
      this._colours = colours();
      this._draw();
    },
    onRemove() {
      this._canvas.remove();
    },
    getEvents() {
      return { moveend: this._draw, resize: this._draw };
    },
    // spots: [latitude, longitude, count] on the map; width: of a square, in pixels at this zoom.
    show(spots, width) {
      this._spots = spots;
      this._width = width;
      this._zoom = this._map ? this._map.getZoom() : null;
      if (this._map) this._draw();
    },
    _draw() {
      const map = this._map, canvas = this._canvas, size = map.getSize();
      canvas.width = size.x;
      canvas.height = size.y;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      const spots = this._spots || [];
      if (!spots.length || size.x === 0) return;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const scale = this._zoom === null ? 1 : 2 ** (map.getZoom() - this._zoom);
      const radius = Math.min(120, Math.max(16, Math.round(this._width * scale * 2.2)));
      const soft = stamp(radius);
      // One square far above all others must not make the rest of the city look empty.
      const counts = spots.map(([, , count]) => count).sort((a, b) => a - b);
      const most = counts[Math.floor((counts.length - 1) * 0.98)];
      spots.forEach(([lat, lng, count]) => {
        const at = map.latLngToContainerPoint([lat, lng]);
        if (at.x < -radius || at.y < -radius || at.x > size.x + radius || at.y > size.y + radius) return;
        context.globalAlpha = Math.max(FAINTEST, Math.min(1, count / most) * DENSEST);
        context.drawImage(soft, at.x - radius, at.y - radius);
      });
      const picture = context.getImageData(0, 0, size.x, size.y), data = picture.data;
      for (let at = 3; at < data.length; at += 4) {
        const density = data[at];
        if (density === 0) continue;
        data[at - 3] = this._colours[density * 4];
        data[at - 2] = this._colours[density * 4 + 1];
        data[at - 1] = this._colours[density * 4 + 2];
        data[at] = Math.min(225, density * 2);
      }
      context.putImageData(picture, 0, 0);
    },
  });
  return new Heat();
};
