// Sending what is owed: in order, one try at a time, again by itself. A network that comes back, a page that is opened or
// looked at, and a clock are each enough alone.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const DELAYS = [5, 15, 60, 300];
  const { outbox } = onsite;
  let running = null;
  let again = null;
  let timer = 0;
  let fails = 0;

  outbox.flush = flush;

  // Asked for while one runs: queue exactly one more, or a failure of the running one would be the last word.
  function flush(via) {
    if (running) {
      again = again || running.then(() => { again = null; return flush(via); });
      return again;
    }
    running = sendAll(via)
      .catch(() => plan(0))
      .finally(() => { running = null; });
    return running;
  }

  async function sendAll(via) {
    clearTimeout(timer);
    const uid = await outbox.who();
    if (!uid) return;
    const looking = await onsite.tidy.all(uid);
    const rank = (record) => onsite.kind(record).rank;
    const waiting = (await onsite.store.all()).filter(outbox.isDue).sort((a, b) => rank(a) - rank(b));
    let wait = looking || null;
    let cut = null;
    let more = false;
    for (const { id } of waiting) {
      const answer = await onsite.alone(() => next(id, cut, via));
      if (!answer.kept) continue;
      if (answer.cut) cut = answer;
      if (answer.more) more = true;
      if (!answer.hold && !answer.more) wait = Math.max(wait || 0, answer.wait || 0);
    }
    if (more && !cut) return sendAll(via);
    if (wait === null) fails = 0;
    else plan(wait);
  }

  // An entry as it is now that it is its turn: another tab may have sent it, or the one before it was not accepted.
  async function next(id, cut, via) {
    const all = await onsite.store.all();
    const record = all.find((one) => one.id === id);
    if (!record || !outbox.isDue(record)) return {};
    const before = all.find((one) => one.id === record.after && one.state !== 'sent');
    if (before && before.state === 'refused') return skip(record, { why: 'parent', hold: true });
    if (before) return skip(record, { why: before.why, hold: true });
    return cut ? skip(record, cut) : onsite.send(record, via);
  }

  // Not tried: the one before it found no network, nobody signed in, or is what it belongs to.
  async function skip(record, { why, hold }) {
    await onsite.store.change(record.id, (now) => now.why !== why && { why });
    outbox.tell({ kind: 'kept', record: { ...record, why }, why });
    return { kept: true, hold };
  }

  function plan(seconds) {
    const delay = Math.max(DELAYS[Math.min(fails, DELAYS.length - 1)], seconds);
    fails += 1;
    clearTimeout(timer);
    timer = setTimeout(() => flush('timer'), delay * 1000);
  }

  if (!self.document) return;
  self.addEventListener('online', () => flush('online'));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && flush('visible'));
  self.addEventListener('pageshow', () => flush('open'));
})();
