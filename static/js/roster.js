// The roster's table by keyboard: Tab enters it once, arrows and Home/End move, Enter opens a day beside it, Esc and
// saving go back to the cell. Without this script every cell is a link to the page of that day.
(function () {
  let last = null;

  onsite.bind('[data-roster]', (table) => {
    const links = [...table.querySelectorAll('tbody td > a')];
    links.forEach((link) => { link.tabIndex = -1; });
    const now = table.querySelector('td.now > a') || links[0];
    if (now) now.tabIndex = 0;
    const box = table.closest('.tablebox');
    const today = table.querySelector('th[aria-current]');
    if (box && today) box.scrollLeft = today.offsetLeft - box.clientWidth / 2;
    table.addEventListener('keydown', (event) => {
      const link = event.target.closest('tbody td > a');
      if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = target(table, link, event.key);
      if (!next) return;
      event.preventDefault();
      go(table, next);
    });
    table.addEventListener('focusin', (event) => {
      const link = event.target.closest('tbody td > a');
      if (link) mark(table, link);
    });
    table.addEventListener('click', (event) => {
      const link = event.target.closest('tbody td > a');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(table, link);
    });
  });

  function target(table, link, key) {
    const cell = link.parentElement;
    const row = cell.parentElement;
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const at = (line, column) => line && line.cells[column] && line.cells[column].querySelector('a');
    if (key in steps) return at(table.rows[row.rowIndex + steps[key][0]], cell.cellIndex + steps[key][1]);
    if (key === 'Home') return at(row, 1);
    if (key === 'End') return at(row, row.cells.length - 2);
    return null;
  }

  function mark(table, link) {
    table.querySelectorAll('td > a[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    link.tabIndex = 0;
  }

  function go(table, link) {
    mark(table, link);
    link.focus();
    link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  // The cell gets its name now: what is saved comes back for it by that name.
  function open(table, link) {
    const address = new URL(link.href);
    const cell = link.parentElement;
    cell.id = 'c' + address.pathname.split('/').pop() + '-' + address.searchParams.get('on');
    last = cell.id;
    const url = address.pathname + address.search + '&' + table.dataset.span;
    htmx.ajax('GET', url, { source: link, target: '#editor', swap: 'innerHTML' });
  }

  function back() {
    const cell = last && document.getElementById(last);
    const table = cell && cell.closest('[data-roster]');
    if (!table) return;
    go(table, cell.querySelector('a'));
  }

  document.addEventListener('htmx:afterSettle', () => {
    const editor = document.getElementById('editor');
    if (!editor || !last) return;
    if (!editor.textContent.trim()) {
      editor.replaceChildren();
      back();
      last = null;
      return;
    }
    // Beside the editor the table is narrower.
    document.getElementById(last)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (!editor.querySelector('[data-errors]') && !editor.contains(document.activeElement.closest('form'))) {
      (editor.querySelector('[aria-pressed=true]') || editor.querySelector('.quick button'))?.focus();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing && last && document.getElementById('editor')) back();
  });
  document.addEventListener('click', (event) => {
    if (last && event.target.closest('#editor [data-close]')) back();
  });
})();
