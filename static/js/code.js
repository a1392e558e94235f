// The store's code on a screen nobody touches for days: counts down, fetches the next digits, and shows none rather
// than digits that are over. Stands alone: the screen in the shop loads nothing else.
(function () {
  const RETRY = 10000;
  let ends = [0, 0];
  let timer = 0;

  const box = () => document.querySelector('[data-code]');
  const after = (ms, work) => { clearTimeout(timer); timer = setTimeout(work, ms); };
  // A clock that is set, and one that stands still while the tablet sleeps: whichever is further counts.
  const clocks = () => [Date.now(), performance.now()];

  function begin() {
    const { left } = box().dataset;
    if (!left) return after(RETRY, renew);
    ends = clocks().map((now) => now + Number(left) * 1000);
    return tick();
  }

  function tick() {
    const left = Math.ceil(Math.min(...clocks().map((now, n) => ends[n] - now)) / 1000);
    if (left <= 0) return renew();
    const words = box().querySelector('[data-text]');
    words.textContent = words.dataset.text.replace('{s}', left);
    box().querySelector('progress').value = left;
    return after(1000, tick);
  }

  async function renew() {
    const next = await ask();
    if (next === null) return location.reload(); // closed, or signed out: the page itself says so
    if (!next) {
      box().querySelectorAll('[data-fresh]').forEach((el) => { el.hidden = true; });
      box().querySelector('[data-stale]').hidden = false;
      return after(RETRY, renew);
    }
    box().replaceWith(next);
    return begin();
  }

  // The block as it is now; null when this address opens nothing any more, undefined without an answer.
  async function ask() {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 8000);
    try {
      const answer = await fetch(location.pathname, { headers: { 'HX-Request': 'true' }, cache: 'no-store', signal: stop.signal });
      if ([401, 403, 404].includes(answer.status)) return null;
      return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-code]') || undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(limit);
    }
  }

  // A tablet that goes dark shows nothing.
  function awake() {
    if (!document.querySelector('[data-awake]') || document.visibilityState !== 'visible') return;
    navigator.wakeLock?.request('screen').catch(() => null);
  }

  if (!box()) return;
  begin();
  awake();
  document.addEventListener('visibilitychange', () => { awake(); if (box().dataset.left) tick(); });
})();
