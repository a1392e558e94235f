// Between the pages and the network. Of pages it keeps only the offline one, which has no person in it; and when the
// browser says that there is a network again, it sends what the pages could not.
(function () {
  const { version, files, pages } = self.onsite.keep;
  const NAME = 'onsite-' + version;
  const PATIENCE = 5000;
  const NOT_OURS = /^\/(api|hr|iclock|healthz|readyz|metrics|screen)(\/|$)/;
  const TAG = 'onsite-outbox';
  const WATCHED = 20;
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  self.addEventListener('install', (event) => event.waitUntil(keep()));
  self.addEventListener('activate', (event) => event.waitUntil(begin()));
  // only when the person has tapped "Update"
  self.addEventListener('message', ({ data }) => data === 'take-over' && self.skipWaiting());
  self.addEventListener('sync', (event) => event.tag === TAG && event.waitUntil(send()));

  self.addEventListener('fetch', (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== location.origin) return;
    if (pathname.startsWith('/static/')) event.respondWith(file(request));
    else if (request.mode === 'navigate' && !NOT_OURS.test(pathname)) event.respondWith(page(event));
  });

  async function keep() {
    const cache = await caches.open(NAME);
    const bare = Object.values(pages).map((path) => new Request(path, { credentials: 'omit', cache: 'no-store' }));
    await cache.addAll([...files, ...bare]);
  }

  async function begin() {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('onsite-') && name !== NAME).map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
  }

  // The address names the content, so whichever version kept it.
  async function file(request) {
    return (await caches.match(request, { ignoreVary: true })) || fetch(request);
  }

  // The network first, but not for ever; a proxy that finds no server behind it is no network either.
  async function page(event) {
    const answer = network(event);
    event.waitUntil(answer.catch(() => null));
    const first = await Promise.race([answer, sleep(PATIENCE)]).catch(() => null);
    if (first && ![502, 503, 504].includes(first.status)) return first;
    return (await offline()) || answer;
  }

  async function network(event) {
    return (await event.preloadResponse) || fetch(event.request);
  }

  // The kept page, in the language and looks of whoever used this phone last, and with their number for the outbox.
  async function offline() {
    const [uid, look] = await Promise.all(['uid', 'look'].map(onsite.store.recall));
    const { lang, theme, size, blind } = look || {};
    const kept = await caches.match(pages[/^zh/.test(lang || navigator.language) ? 'zh' : 'en'], { ignoreVary: true });
    if (!kept) return null;
    const said = Object.entries({ uid, theme, size, blind }).filter(([, value]) => /^\w+$/.test(value || ''));
    const html = (await kept.text()).replace('<html', '<html' + said.map(([name, value]) => ` data-${name}="${value}"`).join(''));
    const headers = new Headers(kept.headers);
    ['Content-Encoding', 'Content-Length'].forEach((name) => headers.delete(name));
    return new Response(html, { headers });
  }

  // A page somebody looks at sends by itself and shows the answer; without one, or when it does not get on, we do.
  async function send() {
    for (let second = 0; second < WATCHED && (await watched()); second += 1) {
      if (!(await owes())) return;
      // a newer version waits for our end
      if (self.registration.waiting) throw new Error('not sent yet');
      await sleep(1000);
    }
    await onsite.outbox.flush('sync');
    // and the browser asks again later
    if (await owes()) throw new Error('not sent yet');
  }

  async function owes() {
    const [uid, records] = await Promise.all([onsite.store.recall('uid'), onsite.store.all()]);
    return records.some((record) => record.uid === uid && !['sent', 'refused'].includes(record.state));
  }

  const watched = async () => (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).some((page) => page.visibilityState === 'visible');
})();
