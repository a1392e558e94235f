// From the page kept for no network to the one that was asked for, as soon as the server answers: never over a tap that
// is on its way, nor over what is being typed.
(function () {
  const SOON = 4000;
  const AGAIN = 15000;
  const TYPED = '.finish[open], input:focus, textarea:focus';

  const busy = () => ['armed', 'sending', 'unsaved', 'full'].includes(document.getElementById('checkin')?.dataset.view) || document.querySelector(TYPED);
  const go = () => (location.pathname.startsWith('/offline/') ? location.replace('/') : location.reload());
  let looking = false;

  // Asks first: a hotel's sign-in page is no server of ours. What is unsent goes before the page does.
  async function look() {
    if (looking || document.visibilityState !== 'visible' || busy()) return;
    looking = true;
    if (await answers()) {
      await onsite.outbox.flush('online');
      if (!busy()) go();
    }
    looking = false;
  }

  async function answers() {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), AGAIN);
    const answer = await fetch('/healthz', { cache: 'no-store', signal: stop.signal }).then((got) => got.json()).catch(() => null);
    clearTimeout(limit);
    return Boolean(answer && answer.status === 'alive');
  }

  onsite.bind('[data-again]', (link) => {
    onsite.fresh = () => location.replace('/today');
    link.addEventListener('click', (event) => { event.preventDefault(); go(); });
    self.addEventListener('online', look);
    setTimeout(look, SOON);
    setInterval(look, AGAIN);
  });
})();
