// The camera's button and script come when there is a check-in to take a photo of, and only where a store takes photos.
// The worker keeps both, for no network; a page without one brings them as soon as it stands.
(function () {
  const LATER = ['sending', 'armed'];
  let asked = false;

  onsite.bind('form[data-photo-src]', () => stands(bring));
  onsite.bind('section[data-photo]', (root) => {
    const look = () => {
      const { checkin, record, view } = root.dataset;
      if (checkin === 'open' || (record && !LATER.includes(view))) stands(bring);
    };
    new MutationObserver(look).observe(root, { attributes: true, attributeFilter: ['data-record', 'data-view'] });
    look();
  });
  if (!navigator.serviceWorker?.controller) onsite.bind('[data-photo-src]', () => stands(bring));

  function stands(work) {
    const begin = () => setTimeout(work, 300);
    if (document.readyState === 'complete') begin();
    else self.addEventListener('load', begin);
  }

  async function bring() {
    const place = document.querySelector('[data-photo-src]');
    if (asked || !place) return;
    asked = true;
    if ((place.matches('form') || (await button(place))) && (await script(place.dataset.photoSrc))) return;
    asked = false;
    self.addEventListener('online', bring, { once: true });
  }

  async function button(place) {
    if (document.getElementById('t-photo')) return true;
    const found = (await onsite.spare('#t-photo')) || (await fetched(place));
    if (found) document.body.append(found);
    return Boolean(found);
  }

  // The browser keeps it: the address names the language and the version.
  async function fetched(place) {
    const name = new URLSearchParams({ lang: document.documentElement.lang, v: place.dataset.photoSrc.split('v=')[1] });
    const answer = await fetch('/photos/control?' + name, { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer || !answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('t-photo');
  }

  function script(src) {
    const el = document.createElement('script');
    el.src = src;
    document.head.append(el);
    return new Promise((done) => { el.onload = () => done(true); el.onerror = () => { el.remove(); done(false); }; });
  }
})();
