// Taking turns between tabs and the worker, and one try of one entry.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const LOCK = 'onsite-outbox';
  const PATIENCE = 30000; // longer than a try takes: who holds it then is frozen, and is passed over

  // One at a time. A browser that gives no lock gets none: the server knows an entry it has had before.
  onsite.alone = async function (work) {
    if (!self.navigator.locks) return work();
    let begun = false;
    const once = () => { begun = true; return work(); };
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    const mine = () => { clearTimeout(timer); return once(); };
    for (const how of [{ signal: stop.signal }, { steal: true }]) {
      try {
        return await navigator.locks.request(LOCK, how, mine);
      } catch (error) {
        if (begun) throw error;
      }
    }
    return once();
  };

  // Tries one entry; its answer is written down before anybody is told. What another try has settled stays.
  onsite.send = async function (record, via) {
    const attempts = record.attempts + 1;
    const open = (now) => now.state !== 'sent' && { state: 'sending', attempts };
    if ((await onsite.store.change(record.id, open)) === null) return {};
    onsite.outbox.tell({ kind: 'sending', record });
    const answer = await onsite.sender.post({ ...record, attempts });
    // what it belongs to is neither there nor here: it never comes
    if (answer.error === 'photo_early' && !(await onsite.store.all()).some(({ id }) => id === record.after)) answer.status = 422;
    const verdict = onsite.sender.judge(answer);
    const { text, state, error } = answer;
    const changes = { ...verdict.changes, error, tried: Date.now() };
    const written = await onsite.store.change(record.id, (now) => now.state !== 'sent' && changes);
    if (written && written.state === 'sent' && record.kind === 'photo') await onsite.photos.remove(record.id);
    const news = { kind: verdict.kind, record: { ...record, ...changes, attempts }, state, via, why: verdict.why };
    onsite.outbox.tell(news, text);
    return verdict;
  };
})();
