// Photos on their way: kept in the `photos` store until the server has them whole, sent in parts that go on where a
// broken line stopped. Needs no document: a worker can use it.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const PART = 32768;
  const PATIENCE = 45000;
  const TURN = 15000; // shorter than what the others wait for their turn (turns.js)
  const DAY = 86400000;
  const memory = new Map();
  const run = (mode, work) => onsite.store.run('photos', mode, work);

  onsite.photos = {
    // Resolves to false when it could only be kept in this page's memory.
    add: (photo) => run('readwrite', (store) => store.put(photo)).then(() => true, () => { memory.set(photo.id, photo); return false; }),

    get: async (id) => memory.get(id) || run('readonly', (store, done) => {
      store.get(id).onsuccess = (event) => done(event.target.result);
    }).catch(() => null),

    remove: (id) => {
      memory.delete(id);
      return run('readwrite', (store) => store.delete(id)).catch(() => null);
    },

    // Pictures whose entry is gone, because the browser was closed between the two.
    tidy: async () => {
      const known = new Set((await onsite.store.all()).map((record) => record.id));
      const keys = await run('readonly', (store, done) => {
        store.getAllKeys().onsuccess = (event) => done(event.target.result);
      }).catch(() => []);
      for (const id of keys.filter((key) => !known.has(key))) {
        const photo = await onsite.photos.get(id);
        if (photo && Date.now() - photo.created > DAY) await onsite.photos.remove(id);
      }
    },
  };

  onsite.sendPhoto = async function (record) {
    const photo = await onsite.photos.get(record.id);
    const begun = Date.now();
    if (photo === null) return { status: 0, text: '', state: '', error: '', wait: 0 };
    if (!photo) return { status: 410, text: '<p data-reason>' + record.fields.lost + '</p>', state: '', error: 'photo_lost', wait: 0 };
    // After a break an empty part asks how much arrived.
    let have = record.attempts > 1 ? -1 : 0;
    let stuck = 0;
    for (;;) {
      const from = Math.max(0, have);
      const answer = await post(record, photo, from, have < 0 ? new ArrayBuffer(0) : photo.bytes.slice(from, from + PART));
      if (answer.state !== 'part') return answer;
      stuck = answer.have > have ? 0 : stuck + 1;
      have = answer.have;
      onsite.outbox.tell({ kind: 'progress', record, part: have / photo.bytes.byteLength });
      if (stuck > 2) return { ...answer, status: 408, state: '' };
      if (Date.now() - begun > TURN || (await waits(record))) return { ...answer, state: '', more: true };
    }
  };

  // A check-in tapped meanwhile does not wait for a picture. What was tried before this and is still here does.
  async function waits(record) {
    const all = await onsite.store.all();
    return all.some((other) => onsite.outbox.isDue(other) && other.kind !== 'photo' && !other.attempts && other.created > record.created);
  }

  async function post({ id, uid, url, fields }, photo, offset, part) {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), PATIENCE);
    const { check_in, size, sha, tapped_at } = fields;
    const asked = new URLSearchParams({ id, uid, check_in, size, sha, offset, taken_at: tapped_at });
    const headers = { 'HX-Request': 'true', 'X-Onsite-User': uid, 'Content-Type': 'application/octet-stream' };
    try {
      const sent = { method: 'POST', body: part, headers, signal: stop.signal, credentials: 'same-origin' };
      const answer = await fetch(url + '?' + asked, sent);
      const head = (name) => answer.headers.get(name) || '';
      onsite.token.see(head('X-Onsite-Token'), uid);
      const state = answer.ok && !answer.redirected ? head('X-Onsite-State') : '';
      const found = { status: answer.status, text: await answer.text(), state, error: head('X-Onsite-Error') };
      return { ...found, wait: Number(head('Retry-After')) || 0, have: Number(head('X-Onsite-Have')) || 0 };
    } catch {
      return { status: 0, text: '', state: '', error: '', wait: 0, have: 0 };
    } finally {
      clearTimeout(limit);
    }
  }

  if (self.document) document.addEventListener('onsite:outbox', ({ detail: { kind, record } }) => kind === 'dropped' && onsite.photos.remove(record.id));
})();
