// One sender for everything a rep taps: written down first, sent in order, kept until the server has answered.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const DELAYS = [5, 15, 60, 300];
  const FORMAT = 1;
  const SHORT_MEMORY = 600000;
  const channel = self.BroadcastChannel ? new BroadcastChannel('onsite-outbox') : null;
  let running = null, again = null;
  let timer = 0;
  let fails = 0;

  let known = self.document ? document.documentElement.dataset.uid || '' : '';
  const uid = () => known;
  const unsent = (record) => record.uid === uid() && record.state !== 'sent';
  const due = (record) => unsent(record) && record.state !== 'refused' && record.v <= FORMAT;

  onsite.outbox = {
    uid,
    list: async () => (await onsite.store.all()).filter(unsent),

    // kind: check-in | check-out; fields: what is posted; about: what the list shows. `twin` finds an equal tap.
    add: async ({ id, kind, url, fields, about, after }, twin) => {
      const now = new Date().toISOString();
      const record = { v: FORMAT, id, uid: uid(), kind, url, fields, about, after, created: now, state: 'queued', attempts: 0 };
      if (!record.uid) throw new Error('nobody is signed in');
      const kept = await onsite.store.add(record, (other) => other.uid === record.uid && twin && twin(other));
      tell({ kind: 'changed', record: kept });
      return kept;
    },

    drop: async (id) => {
      await onsite.store.remove(id);
      tell({ kind: 'dropped', record: { id } });
    },

    retry: async (id) => {
      await onsite.store.change(id, { state: 'queued', reason: '' });
      return flush('tap');
    },
    flush,
  };

  // Asked for while one runs: queue exactly one more, or a failure of the running one would be the last word.
  function flush(via) {
    if (running) {
      again = again || running.then(() => { again = null; return flush(via); });
      return again;
    }
    const work = () => sendAll(via);
    running = alone(work)
      .catch(() => plan(0))
      .finally(() => { running = null; });
    return running;
  }

  // One tab at a time. A browser that gives no lock gets none: the server knows a record it has had before.
  function alone(work) {
    let begun = false;
    const once = () => { begun = true; return work(); };
    const locked = self.navigator.locks ? navigator.locks.request('onsite-outbox', once) : once();
    return locked.catch((error) => { if (begun) throw error; return work(); });
  }

  async function sendAll(via) {
    clearTimeout(timer);
    if (!self.document) known = (await onsite.store.recall('uid')) || ''; // a worker has no page to ask
    const all = await onsite.store.all();
    await Promise.all(all.filter(isOld).map((record) => onsite.store.remove(record.id)));
    const held = new Set();
    let cut = null;
    let wait = null;
    for (const record of all.filter(due)) {
      const answer = cut || held.has(record.after) ? skip(record, cut) : await send(record, via);
      if (!answer.kept) continue;
      held.add(record.id);
      if (answer.cut) cut = answer;
      if (!answer.hold) wait = Math.max(wait || 0, answer.wait || 0);
    }
    if (wait === null) fails = 0;
    else plan(wait);
  }

  const isOld = (record) => record.state === 'sent' && Date.now() - record.sent > SHORT_MEMORY;
  function plan(seconds) {
    const delay = Math.max(DELAYS[Math.min(fails, DELAYS.length - 1)], seconds);
    fails += 1;
    clearTimeout(timer);
    timer = setTimeout(() => flush('timer'), delay * 1000);
  }

  // Not tried, because the one before it found no network, nobody signed in, or is the visit it belongs to.
  function skip(record, cut) {
    tell({ kind: 'kept', record, signIn: Boolean(cut && cut.hold) });
    return { kept: true, hold: cut && cut.hold };
  }

  async function send(record, via) {
    const attempts = record.attempts + 1;
    if ((await onsite.store.change(record.id, { state: 'sending', attempts })) === null) return {};
    tell({ kind: 'sending', record });
    const answer = await onsite.sender.post({ ...record, attempts });
    const verdict = onsite.sender.judge(answer);
    const { text, state, error } = answer;
    await onsite.store.change(record.id, { ...verdict.changes, error: error || '', tried: Date.now() });
    tell({ kind: verdict.kind, record: { ...record, ...verdict.changes, error }, state, via, signIn: verdict.hold }, text);
    return verdict;
  }

  function tell(news, text) {
    if (channel) channel.postMessage(news);
    if (self.document) document.dispatchEvent(new CustomEvent('onsite:outbox', { detail: { ...news, text, here: true } }));
  }

  if (!self.document) return;
  onsite.store.keep('uid', known);
  if (channel) channel.onmessage = (event) => document.dispatchEvent(new CustomEvent('onsite:outbox', { detail: event.data }));
  self.addEventListener('online', () => flush('online'));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && flush('visible'));
  self.addEventListener('pageshow', () => flush('open'));
})();
