// The drawer beside a table: opening moves the focus to its heading, Esc or "close" goes back to the row.
(function () {
  let from = null;

  document.addEventListener('htmx:afterSwap', ({ detail }) => {
    const drawer = detail.target.closest && detail.target.closest('.drawer');
    if (!drawer) return;
    const opener = detail.requestConfig && detail.requestConfig.elt;
    const row = opener && opener.closest('tr[data-row]');
    if (row) from = row.id;
    document.querySelectorAll('tr.open').forEach((other) => other.classList.remove('open'));
    document.getElementById(from)?.classList.add('open');
    drawer.querySelector('h2')?.focus();
  });

  document.addEventListener('keydown', (event) => {
    const drawer = document.querySelector('.drawer');
    if (event.key === 'Escape' && drawer && drawer.childElementCount && !event.isComposing) close(drawer);
  });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-close]');
    if (button) close(button.closest('.drawer'));
  });

  function close(drawer) {
    const row = document.getElementById(from);
    drawer.replaceChildren();
    document.querySelectorAll('tr.open').forEach((other) => other.classList.remove('open'));
    if (row) row.focus();
    else document.getElementById('main').focus();
  }
})();
