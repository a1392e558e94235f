// What a rep tapped and this phone still owes the server. Every entry belongs to the person who made it.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const FORMAT = 2;
  const channel = self.BroadcastChannel ? new BroadcastChannel('onsite-outbox') : null;

  // The page says whose entries these are; a worker, and the page shown without a network, know it from before.
  let known = self.document ? document.documentElement.dataset.uid || '' : '';
  const unsent = (record) => record.uid === known && record.state !== 'sent';

  onsite.outbox = {
    uid: () => known,
    who,
    tell,
    isNewer: (record) => record.v > FORMAT,
    isDue: (record) => unsent(record) && record.v <= FORMAT && ['queued', 'sending'].includes(record.state),
    list: async () => ((await who()) ? (await onsite.store.all()).filter(unsent) : []),

    // kind: see kinds.js; fields: what is posted; about: what the list shows; after: the entry it belongs to; locating:
    // the position is still looked for. `twin` finds an equal tap.
    add: async ({ id, kind, url, fields, about, after, locating }, twin) => {
      const uid = await who();
      if (!uid) throw new Error('nobody is signed in');
      const posted = { ...fields, ...(await onsite.token.fields(uid)) };
      const state = locating ? 'locating' : 'queued';
      const created = new Date().toISOString();
      const record = { v: FORMAT, id, uid, kind, url, fields: posted, about, after, created, state, why: '', attempts: 0 };
      if (locating) onsite.tidy.watch(id);
      const kept = await onsite.store.add(record, (other, i, all) => other.uid === uid && twin && twin(other, i, all));
      if (kept.id !== id) onsite.tidy.unwatch(id);
      tell({ kind: 'changed', record: kept });
      return kept;
    },

    // The position an entry waited for, or the reason why there is none; the first word counts.
    complete: async (id, fields) => {
      const done = (record) => record.state === 'locating' && { state: 'queued', fields: { ...record.fields, ...fields } };
      let record = await onsite.store.change(id, done);
      if (record === undefined) record = await onsite.store.lend(id, done);
      onsite.tidy.unwatch(id);
      if (record) tell({ kind: 'changed', record });
    },

    // With what belongs to it.
    drop: async (id) => {
      const others = (await onsite.store.all()).filter((record) => record.after === id && record.state !== 'sent');
      await onsite.store.remove(id);
      onsite.tidy.unwatch(id);
      tell({ kind: 'dropped', record: { id } });
      for (const other of others) await onsite.outbox.drop(other.id);
    },

    // A refused entry with what the server asked for.
    amend: (id, more) => onsite.store.change(id, (record) => record.state === 'refused' && { state: 'queued', reason: '', error: '', fields: { ...record.fields, ...more } }),

    retry: async (id) => {
      await onsite.store.change(id, (record) => record.state === 'refused' && { state: 'queued', reason: '' });
      return onsite.outbox.flush('tap');
    },
  };

  async function who() {
    const silent = !self.document || (!known && document.querySelector('[data-outbox]'));
    if (silent) known = (await onsite.store.recall('uid')) || '';
    return known;
  }

  function tell(news, text) {
    if (channel) channel.postMessage(news);
    if (self.document) document.dispatchEvent(new CustomEvent('onsite:outbox', { detail: { ...news, text, here: true } }));
  }

  if (!self.document) return;
  if (known || !document.querySelector('[data-outbox]')) onsite.store.keep('uid', known);
  if (channel) channel.onmessage = (event) => document.dispatchEvent(new CustomEvent('onsite:outbox', { detail: event.data }));
})();
