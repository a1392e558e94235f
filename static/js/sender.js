// One record to the server, and what its answer means. Needs no document: a worker can use it.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const BUSY = [408, 425, 429];
  const NOT_OURS = ['other_user', 'not_you'];
  onsite.sender = { post, judge };

  async function post(record) {
    const { body, limit, post: own } = onsite.kind(record);
    if (own) return own(record);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limit);
    try {
      const form = await body(record);
      if (record.attempts) form.set('attempts', record.attempts);
      form.set('sent_at', new Date().toISOString());
      if (self.document && document.visibilityState === 'visible') form.set('live', '1'); // somebody can be asked for more
      if (record.kind) await onsite.sign?.(record.kind, form);
      const headers = { 'HX-Request': 'true', ...(record.uid && { 'X-Onsite-User': record.uid }) };
      const sent = { method: 'POST', body: form, headers, signal: stop.signal, credentials: 'same-origin' };
      const answer = await fetch(record.url, sent);
      const head = (name) => answer.headers.get(name) || '';
      const text = await answer.text();
      onsite.token.see(head('X-Onsite-Token'), record.uid);
      const state = answer.redirected ? '' : head('X-Onsite-State');
      return { status: answer.status, text, state, error: head('X-Onsite-Error'), wait: Number(head('Retry-After')) || 0 };
    } catch {
      return { status: 0, text: '', state: '', error: '', wait: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  // Only our own words count: a hotel's sign-in page also answers 200.
  function judge({ status, text, state, error, wait, more }) {
    if ((status === 200 || status === 201) && state) return { kind: 'sent', changes: { state: 'sent', sent: Date.now() } };
    if (more) return { kind: 'more', kept: true, more, changes: { state: 'queued', why: '' } };
    const hold = status === 401 || NOT_OURS.includes(error);
    const final = error && status >= 400 && status < 500 && !hold && !BUSY.includes(status);
    if (final) return { kind: 'refused', changes: { state: 'refused', reason: reasonIn(text) || error } };
    const why = hold ? 'signin' : status === 0 && self.navigator.onLine === false ? 'offline' : 'silent';
    return { kind: 'kept', kept: true, hold, cut: status === 0 || status === 401, wait, why, changes: { state: 'queued', why } };
  }

  // A worker has no parser; the words of our own errors stand in one element.
  function reasonIn(html) {
    if (!self.DOMParser) return (/data-reason[^>]*>([^<]+)</.exec(html) || ['', ''])[1].trim().slice(0, 300);
    const body = new DOMParser().parseFromString(html, 'text/html').body;
    return (body.querySelector('[data-reason]') || body).textContent.trim().slice(0, 300);
  }
})();
