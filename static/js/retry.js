// A request that got no good answer says so beside its control and can be repeated there.
(function () {
  const shown = new WeakMap();

  for (const name of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) {
    document.addEventListener(name, ({ detail: { elt, xhr, requestConfig } }) => {
      const event = requestConfig && requestConfig.triggeringEvent;
      if (!elt.isConnected || (event && event.type === 'poll-counts')) return;
      show(elt, xhr.status, xhr.responseText, () => again(elt, event && event.submitter));
    });
  }
  document.addEventListener('htmx:beforeRequest', (event) => clear(event.detail.elt));
  onsite.retry = { show, clear };

  // The words of our own error pages win over the general ones. After a 401 one signs in beside this page, which
  // keeps what was typed, and tries again.
  function show(el, status, html, repeat) {
    const box = document.getElementById('t-retry').content.firstElementChild.cloneNode(true);
    const text = html && new DOMParser().parseFromString(html, 'text/html').querySelector('[data-reason]');
    if (text) box.querySelector('[data-text]').textContent = text.textContent.trim();
    box.querySelector('a').hidden = status !== 401;
    box.querySelector('button').addEventListener('click', () => {
      clear(el);
      repeat();
    });
    clear(el);
    el.insertAdjacentElement(el.matches('tr, td, li') ? 'beforeend' : 'afterend', box);
    shown.set(el, box);
  }

  function again(el, submitter) {
    // htmx sends the value of the button that was clicked, not of the one a submit names.
    if (submitter && submitter.isConnected) submitter.click();
    else if (el.matches('form')) el.requestSubmit();
    else el.click();
  }

  function clear(el) {
    const box = shown.get(el);
    if (box) box.remove();
    shown.delete(el);
  }
})();
