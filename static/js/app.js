// Shared ground: binding by attribute (also after swaps), busy state, focus, the live region.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const bindings = [];

  // Read by htmx when it starts, after this script: no eval, answers with 422 are shown, nothing kept in storage.
  const config = document.createElement('meta');
  const codes = [['204', false], ['[23]..', true], ['422', true], ['[45]..', false, true]];
  config.name = 'htmx-config';
  config.content = JSON.stringify({
    allowEval: false, includeIndicatorStyles: false, historyCacheSize: 0, refreshOnHistoryMiss: true, selfRequestsOnly: true,
    disableInheritance: true, timeout: 15000, responseHandling: codes.map(([code, swap, error]) => ({ code, swap, error })),
  });
  document.head.append(config);

  // Run fn once for every element that matches, now and whenever htmx brings new ones.
  onsite.bind = function (selector, fn) {
    const seen = new WeakSet();
    const scan = (root) => {
      const found = [...root.querySelectorAll(selector)];
      if (root.matches && root.matches(selector)) found.unshift(root);
      found.forEach((el) => seen.has(el) || (seen.add(el), fn(el)));
    };
    bindings.push(scan);
    scan(document);
  };

  onsite.say = function (text) {
    const live = document.getElementById('live');
    if (live && text) live.textContent = text;
  };

  // Of an attribute's name: data-why-offline is dataset[camel('why-offline')].
  onsite.camel = (name) => name.replace(/-(\w)/g, (whole, letter) => letter.toUpperCase());

  onsite.busy = function (button, on) {
    if (!button) return;
    if (on) button.setAttribute('aria-busy', 'true');
    else button.removeAttribute('aria-busy');
  };

  onsite.remember = function (key, value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value) localStorage.setItem(key, value);
      else localStorage.removeItem(key);
    } catch { /* private mode: it just does not remember */ }
    return null;
  };

  onsite.icon = function (name) {
    const use = document.querySelector('svg.i use');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'i');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'use'));
    if (use) svg.firstChild.setAttribute('href', use.getAttribute('href').replace(/#.*/, '#' + name));
    return svg;
  };

  onsite.toast = function (text, kind) {
    const box = document.getElementById('flashes');
    if (!box) return;
    const note = document.createElement('div');
    const words = document.createElement('div');
    note.className = 'notice ' + (kind || 'ok');
    words.textContent = text;
    note.append(onsite.icon(kind === 'att' ? 'triangle-alert' : 'check'), words);
    box.replaceChildren(note);
    onsite.say(text);
  };

  onsite.scan = (el) => bindings.forEach((scan) => scan(el));
  document.addEventListener('htmx:load', (event) => onsite.scan(event.detail.elt));
  document.addEventListener('toast', (event) => onsite.toast(event.detail.value));
  // So that a page left open never acts as whoever signed in beside it.
  document.addEventListener('htmx:configRequest', ({ detail }) => {
    const { uid } = document.documentElement.dataset;
    if (uid) detail.headers['X-Onsite-User'] = uid;
  });
  document.addEventListener('htmx:beforeRequest', (event) => mark(event.detail.elt, true));
  document.addEventListener('htmx:afterRequest', (event) => mark(event.detail.elt, false));
  document.addEventListener('htmx:afterSwap', (event) => {
    const xhr = event.detail.xhr;
    if (xhr && xhr.status === 422) document.querySelector('[data-errors]')?.focus();
  });

  function mark(el, on) {
    onsite.busy(el.matches('form') ? el.querySelector('[type=submit]') : el, on);
  }

  // A plain form answers with a new page: until then a second tap does nothing.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.matches('[hx-post]')) return;
    if (navigator.onLine === false && !form.dataset.reached) return hold(event, form);
    delete form.dataset.reached;
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = '1';
    onsite.busy(event.submitter || form.querySelector('[type=submit]'), true);
  });
  // Sent without a network it would make room for the browser's own page. What the browser says of the network may be
  // wrong: whether the server can be reached is looked at before the next try.
  function hold(event, form) {
    event.preventDefault();
    const { submitter } = event;
    const again = () => fetch('/healthz', { cache: 'no-store' }).then(() => { form.dataset.reached = '1'; form.requestSubmit(submitter); }, ask);
    const ask = () => onsite.retry.show(form, 0, '', again);
    ask();
  }
  self.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    document.querySelectorAll('[data-sending]').forEach((form) => delete form.dataset.sending);
    document.querySelectorAll('[aria-busy]').forEach((el) => onsite.busy(el, false));
  });

  document.querySelector('[data-errors]')?.focus();
})();
