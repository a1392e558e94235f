// The server's fence rule in small, for advice while walking: inside d + a <= R, outside d - a > R, else uncertain;
// for corners d is the distance to the edge, negative inside, and R is 0.
(function () {
  const WORST = 200;
  const POOR = 50;
  const DEGREE = 111195;

  // The attributes of #checkin as {lat, lng, radius, corners}, or null. data-area: offsets from the site in 1e-5 degrees.
  onsite.place = function ({ lat, lng, radius, area }) {
    if (!lat) return null;
    const at = [Number(lat), Number(lng)];
    const corners = area && area.split(' ').map((pair) => pair.split(',').map((offset, i) => at[i] + offset / 1e5));
    return { lat: at[0], lng: at[1], radius: Number(radius), corners };
  };

  // {name of the view, its numbers in metres}; place as above or null.
  onsite.fence = function (fix, place) {
    const a = fix.accuracy;
    if (!place) return { name: 'noplace', a };
    const d = metres(fix.latitude, fix.longitude, place.lat, place.lng);
    const beyond = place.corners ? edge(fix.latitude, fix.longitude, place.corners) : d - place.radius;
    return { name: verdict(beyond, a), a, d, m: Math.max(1, beyond) };
  };

  function verdict(beyond, a) {
    if (a > WORST) return 'weak';
    if (beyond + a <= 0) return 'inside';
    if (beyond - a > 0) return 'outside';
    return a > POOR ? 'weak' : 'near';
  }

  function edge(lat, lng, corners) {
    const aside = DEGREE * Math.cos((lat * Math.PI) / 180);
    const flat = corners.map(([y, x]) => [(((x - lng + 540) % 360) - 180) * aside, (y - lat) * DEGREE]);
    let nearest = Infinity;
    let inside = false;
    flat.forEach(([x2, y2], i) => {
      const [x1, y1] = flat[(i || flat.length) - 1];
      const [u, v] = [x2 - x1, y2 - y1];
      const t = Math.min(1, Math.max(0, -(x1 * u + y1 * v) / (u * u + v * v || 1)));
      nearest = Math.min(nearest, Math.hypot(x1 + t * u, y1 + t * v));
      if (y1 > 0 !== y2 > 0 && x1 > (y1 / v) * u) inside = !inside;
    });
    return inside ? -nearest : nearest;
  }

  function metres(lat1, lng1, lat2, lng2) {
    const rad = Math.PI / 180;
    const s = Math.sin(((lat2 - lat1) * rad) / 2);
    const t = Math.sin(((lng2 - lng1) * rad) / 2);
    return 12742018 * Math.asin(Math.sqrt(s * s + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * t * t));
  }
})();
