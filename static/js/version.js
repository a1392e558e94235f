// The service worker, and the banner for a new version of it: it takes over on the person's tap only, and never
// while a check-in is on its way.
(function () {
  const worker = navigator.serviceWorker;
  const HOUR = 3600000;
  let fresh = null;
  let banner = null;
  let asked = false;
  let looked = Date.now();

  const busy = () => ['armed', 'sending', 'unsaved', 'full'].includes(document.getElementById('checkin')?.dataset.view);

  onsite.bind('[data-update]', (box) => {
    const button = box.querySelector('button');
    button.addEventListener('click', () => {
      if (asked) return;
      asked = true;
      onsite.busy(button, true);
      if (busy()) onsite.say(box.querySelector('[data-text]').textContent = box.dataset.wait);
      update();
    });
  });

  function update() {
    if (busy()) setTimeout(update, 300);
    else fresh.postMessage('take-over');
  }

  // A part of the page kept for no network, which also holds what pages rarely need; null when none is kept.
  onsite.spare = async function (selector) {
    const language = document.documentElement.lang.slice(0, 2);
    const page = self.caches && (await caches.match('/offline/' + language, { ignoreVary: true }).catch(() => null));
    return page ? new DOMParser().parseFromString(await page.text(), 'text/html').querySelector(selector) : null;
  };

  async function offer() {
    const words = banner || !fresh ? null : await onsite.spare('template[data-new]');
    if (!words || !fresh || banner) return;
    banner = document.importNode(words.content.firstElementChild, true);
    document.getElementById('flashes').after(banner);
    onsite.scan(banner);
  }

  function watch(registration) {
    if (!registration) return;
    const look = () => {
      fresh = worker.controller && registration.waiting; // the first one has nobody to wait for
      offer();
    };
    registration.addEventListener('updatefound', () => registration.installing.addEventListener('statechange', look));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || Date.now() - looked < HOUR) return;
      looked = Date.now();
      registration.update().catch(() => null);
    });
    look();
  }

  if (!worker) return;
  worker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    else banner?.remove(); // taken over from another tab; this one goes on as it is
  });
  // What it imports carries a hash and is in the browser's cache already; the worker itself is never taken from there.
  self.addEventListener('load', () => worker.register('/sw.js', { updateViaCache: 'imports' }).then(watch).catch(() => null));
})();
