// What is looked after before anything is sent: entries sent long ago, of an older version, and of a page that was closed
// while it looked for the position.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const SHORT_MEMORY = 600000;
  const LOOKING = 30000;
  // Seconds: the lock of a page that is just being closed goes a moment later.
  const SOON = 5;
  const name = (id) => 'onsite-tap-' + id;
  const looking = new Map();

  onsite.tidy = { all, watch, unwatch };

  // Resolves to how many seconds until somebody should look again, 0 when nobody looks for a position.
  async function all(uid) {
    const records = await onsite.store.all();
    const held = await living();
    let busy = 0;
    for (const record of records) {
      if (record.state === 'sent' && Math.abs(Date.now() - record.sent) > SHORT_MEMORY) await onsite.store.remove(record.id);
      if (record.v < 2) await onsite.store.change(record.id, upgrade);
      if (record.uid !== uid || record.state !== 'locating') continue;
      if (isOrphan(record, held)) await onsite.outbox.complete(record.id, { no_fix: 'timeout' });
      else busy = held ? SOON : LOOKING / 1000;
    }
    return busy;
  }

  // The first format had no reason for waiting and no proof of time; nothing else differs.
  function upgrade(record) {
    return record.v < 2 && { v: 2, why: '', attempts: record.attempts || 0 };
  }

  // A page that looks for a position holds a lock of this name for as long as it lives.
  function watch(id) {
    looking.set(id, () => {});
    if (!self.navigator.locks) return;
    navigator.locks.request(name(id), () => looking.has(id) && new Promise((done) => looking.set(id, done))).catch(() => {});
  }

  function unwatch(id) {
    (looking.get(id) || (() => {}))();
    looking.delete(id);
  }

  async function living() {
    try {
      return (await navigator.locks.query()).held.map((lock) => lock.name);
    } catch {
      // no locks here: then it is the time that tells
      return null;
    }
  }

  function isOrphan(record, held) {
    if (Math.abs(Date.now() - Date.parse(record.created)) > LOOKING) return true;
    return Boolean(held) && !looking.has(record.id) && !held.includes(name(record.id));
  }
})();
