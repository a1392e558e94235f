// Answers of the server put on the screen without htmx, so that Today is whole before anything else is loaded.
// Every element of the answer that has an id takes the place of the one with that id.
(function () {
  const block = () => document.getElementById('checkin');

  // Today as the server sees it now; the store chosen in the address has had its check-in.
  onsite.fresh = () => location.replace(location.pathname);

  onsite.put = function (html, quiet) {
    const parts = [...new DOMParser().parseFromString(html, 'text/html').body.children].filter((el) => el.id);
    if (parts.some((part) => part.id === 'checkin')) history.replaceState(null, '', location.pathname);
    for (const part of parts) {
      const old = document.getElementById(part.id);
      if (old) old.replaceWith(part);
      onsite.scan(part);
      if (!quiet) part.querySelector('[autofocus]')?.focus();
    }
    if (quiet) onsite.say(document.getElementById('range')?.textContent.trim());
  };

  // Posts a form's values; resolves to true when the answer is on the screen, else says so beside `el`.
  onsite.post = async function (el, url, values) {
    onsite.retry.clear(el);
    const answer = await onsite.sender.post({ url, fields: values });
    if (answer.status === 200 || answer.status === 201) return onsite.put(answer.text) || true;
    onsite.retry.show(el, answer.status, answer.text, () => onsite.post(el, url, values));
    return false;
  };

  // Finished or taken back in another tab: the visit this one shows.
  const ends = (root, { after }) => after && after === root.querySelector('[name=check_in]')?.value;

  // Focus when the person just tapped, a quiet word when it happened in the background, nothing over another tap
  // or over what is being typed.
  document.addEventListener('onsite:outbox', ({ detail }) => {
    const root = block();
    if (detail.kind !== 'sent' || !root || ['photo', 'place', 'store', 'ask'].includes(detail.record.kind)) return;
    const shown = root.dataset.record === detail.record.id;
    const busy = ['armed', 'sending'].includes(root.dataset.view);
    if ((busy || root.querySelector('.finish[open]')) && !shown) return;
    if (detail.here) {
      onsite.put(detail.text, !(shown && busy));
      if (shown && busy) onsite.buzz(detail.state === 'accepted');
    } else if (shown || root.dataset.checkin === 'ready' || ends(root, detail.record)) onsite.fresh();
  });
})();
