// What the wallet needs of htmx, without it: a part of the page that comes after it because it takes long to work out, and
// a choice that changes a part in its place. Both are a plain link and a plain button where this does not run.
(function () {
  let shown = location.search;
  onsite.bind('section[data-fill]', fill);
  onsite.bind('form[data-fills]', (form) => form.addEventListener('change', () => choose(form)));
  self.addEventListener('popstate', () => location.search !== shown && location.reload());

  async function fill(box) {
    const body = await ask(box, box.dataset.fill, () => fill(box));
    if (body) put(box.replaceWith.bind(box), body);
  }

  async function choose(form) {
    const url = form.getAttribute('action') + '?' + new URLSearchParams(new FormData(form));
    form.dataset.asked = url;
    const body = await ask(form, url, () => choose(form));
    if (!body || form.dataset.asked !== url) return; // another choice was made meanwhile
    const box = document.getElementById(form.dataset.fills);
    put(box.replaceChildren.bind(box), body);
    history.pushState(null, '', url);
    shown = location.search;
  }

  // The body of the answer, or null when none is to be had, which is said beside `el` with a way to try again.
  async function ask(el, url, again) {
    onsite.retry.clear(el);
    const headers = { 'HX-Request': 'true', 'X-Onsite-User': document.documentElement.dataset.uid };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout?.(15000) }).catch(() => null);
    const html = answer && (await answer.text().catch(() => ''));
    if (html && answer.ok && !answer.redirected) return new DOMParser().parseFromString(html, 'text/html').body;
    onsite.retry.show(el, answer ? answer.status : 0, html, again);
    return null;
  }

  function put(into, body) {
    const parts = [...body.children];
    into(...parts);
    parts.forEach(onsite.scan);
  }
})();
