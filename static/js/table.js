// A table worked by keyboard: Tab enters it once, arrows move, Space picks, Enter opens, A and R decide.
// Letters act only while a row has the focus, and not at all for whoever switched them off (WCAG 2.1.4).
(function () {
  onsite.bind('[data-rows]', (table) => {
    const rows = () => [...table.querySelectorAll('tr[data-row]')];
    const first = rows().find((row) => row.tabIndex === 0) || rows()[0];
    if (first) first.tabIndex = 0;
    table.addEventListener('keydown', (event) => {
      const row = event.target.closest('tr[data-row]');
      if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target !== row && !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
      if (act(table, rows(), row, event.key)) event.preventDefault();
    });
    table.addEventListener('focusin', ({ target }) => target.matches('tr[data-row]') && mark(rows(), target));
    table.addEventListener('click', ({ target }) => {
      const row = target.closest('tr[data-row]');
      if (!row || target.closest('a, button, input, label, summary')) return;
      row.focus();
      press(row, 'a[data-open]');
    });
  });

  function act(table, rows, row, key) {
    const at = rows.indexOf(row);
    const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
    if (key in move) return go(rows[Math.min(Math.max(move[key], 0), rows.length - 1)]);
    if (key === ' ') return press(row, 'input[type=checkbox]') || true;
    if (key === 'Enter') return press(row, 'a[data-open]');
    const letter = key.toLowerCase();
    if (document.documentElement.dataset.keys === 'off' || !['a', 'r'].includes(letter)) return false;
    return press(row, '[data-key=' + letter + ']') || inDrawer(row, letter);
  }

  // The drawer's own buttons, when it shows this very row; else the row is opened first.
  function inDrawer(row, letter) {
    const drawer = document.querySelector('.drawer [data-for="' + row.id + '"]');
    return drawer ? press(drawer, '[data-key=' + letter + ']') : press(row, 'a[data-open]');
  }

  function go(row) {
    row.focus();
    return true;
  }

  function press(root, selector) {
    const control = root.querySelector(selector);
    if (control && !control.disabled) control.click();
    return Boolean(control);
  }

  function mark(rows, chosen) {
    rows.forEach((row) => { row.tabIndex = row === chosen ? 0 : -1; });
  }

  // A swapped row or table keeps the place of the person who works in it.
  let place = null;
  document.addEventListener('htmx:beforeSwap', () => {
    const row = document.activeElement && document.activeElement.closest('tr[data-row]');
    place = row && { id: row.id, index: [...row.parentElement.children].indexOf(row) };
  });
  document.addEventListener('htmx:afterSettle', () => {
    if (!place || document.activeElement !== document.body) return;
    const rows = [...document.querySelectorAll('tr[data-row]')];
    const row = document.getElementById(place.id) || rows[Math.min(place.index, rows.length - 1)];
    if (row) row.focus();
    place = null;
  });
})();
