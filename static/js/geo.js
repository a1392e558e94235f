// Where the phone is: fresh fixes only, best of a few seconds, a second try with low accuracy, or a reason.
(function () {
  const GOOD = 25;
  const LAST = 7e12; // the year 2191: a phone that says more counts in other units
  const CODES = { 1: 'denied', 2: 'unavailable', 3: 'timeout' };
  const PRECISE = { enableHighAccuracy: true, maximumAge: 0, timeout: 10000 };
  const ROUGH = { enableHighAccuracy: false, maximumAge: 30000, timeout: 8000 };

  onsite.geo = { GOOD, watch, best, permission, fields };

  // Nobody's position is taken before they agreed to it, whatever the browser allows.
  const blind = () => 'blind' in document.documentElement.dataset;

  // declined | granted | prompt | denied | unsupported. iOS always says prompt.
  async function permission() {
    if (blind()) return 'declined';
    if (!navigator.geolocation) return 'unsupported';
    try {
      return (await navigator.permissions.query({ name: 'geolocation' })).state;
    } catch {
      return 'prompt';
    }
  }

  // Calls onFix for every fix and onFail(reason) when there is none; returns a function that stops it.
  function watch(onFix, onFail) {
    if (blind() || !navigator.geolocation) {
      onFail(blind() ? 'declined' : 'unsupported');
      return () => {};
    }
    let on = true;
    let rough = false;
    let last = 0;
    const take = (position) => {
      last = Date.now();
      if (on) onFix(read(position));
    };
    const fail = (error) => {
      if (!on || (error.code !== 1 && Date.now() - last < 20000)) return;
      if (error.code === 1 || rough) onFail(CODES[error.code] || 'unavailable');
      else navigator.geolocation.getCurrentPosition(take, fail, ROUGH);
      rough = true;
    };
    const id = navigator.geolocation.watchPosition(take, fail, PRECISE);
    return () => {
      on = false;
      navigator.geolocation.clearWatch(id);
    };
  }

  // The best fix of the next `ms`, at once when it is good; then the first one of `patience` more: {fix} or {reason}.
  function best(ms, patience) {
    return new Promise((resolve) => {
      let fix = null;
      let late = false;
      let stop = () => {};
      const end = (answer) => { stop(); resolve(answer); };
      setTimeout(() => { late = true; if (fix) end({ fix }); }, ms);
      setTimeout(() => end({ reason: 'timeout' }), ms + patience);
      stop = watch(
        (found) => {
          if (!fix || found.accuracy <= fix.accuracy) fix = found;
          if (late || fix.accuracy <= GOOD) end({ fix });
        },
        (reason) => end(fix ? { fix } : { reason }),
      );
    });
  }

  function read({ coords, timestamp }) {
    const { latitude, longitude, accuracy, altitude, speed } = coords;
    return { latitude, longitude, accuracy, altitude, speed, at: timestamp, heard: Date.now() };
  }

  // What is posted: a fix, or the reason why there is none; never an old position, never 0,0.
  function fields({ fix, reason }) {
    if (!fix) return { no_fix: reason };
    const sent = { lat: fix.latitude, lng: fix.longitude, accuracy: fix.accuracy };
    if (fix.at < LAST) sent.fix_at = new Date(fix.at).toISOString();
    if (fix.altitude !== null) sent.altitude = fix.altitude;
    if (fix.speed !== null && !Number.isNaN(fix.speed)) sent.speed = fix.speed;
    return sent;
  }
})();
