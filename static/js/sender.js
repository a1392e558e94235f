// One record to the server, and what its answer means. Needs no document: a worker can use it.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  onsite.sender = { post, judge };

  async function post(record) {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 15000);
    const body = new URLSearchParams(record.fields);
    if (record.attempts) body.set('attempts', record.attempts);
    body.set('sent_at', new Date().toISOString());
    try {
      const headers = { 'HX-Request': 'true' };
      const answer = await fetch(record.url, { method: 'POST', body, headers, signal: stop.signal, credentials: 'same-origin' });
      const head = (name) => answer.headers.get(name) || '';
      const text = await answer.text();
      const state = answer.redirected ? '' : head('X-Onsite-State');
      return { status: answer.status, text, state, error: head('X-Onsite-Error'), wait: Number(head('Retry-After')) || 0 };
    } catch {
      return { status: 0, text: '', state: '', error: '', wait: 0 };
    } finally {
      clearTimeout(limit);
    }
  }

  // Only our own words count: a hotel's sign-in page also answers 200.
  function judge({ status, text, state, error, wait }) {
    if ((status === 200 || status === 201) && state) return { kind: 'sent', changes: { state: 'sent', sent: Date.now() } };
    const final = error && status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status) && error !== 'other_user';
    if (final) return { kind: 'refused', changes: { state: 'refused', reason: reasonIn(text) || error } };
    const hold = status === 401 || error === 'other_user';
    return { kind: 'kept', kept: true, hold, cut: status === 0 || status === 401, wait, changes: { state: 'queued' } };
  }

  function reasonIn(html) {
    if (!self.DOMParser) return '';
    const body = new DOMParser().parseFromString(html, 'text/html').body;
    return (body.querySelector('[data-reason]') || body).textContent.trim().slice(0, 300);
  }
})();
