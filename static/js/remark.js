// What goes with a check-in besides its position: the remark the branch wants, and that the person chose to ask.
(function () {
  const UNSURE = ['outside', 'near', 'weak', 'denied', 'timeout', 'unavailable', 'unsupported', 'more-ask'];
  const MORE = { ask_needed: 'more-ask', remark_needed: 'more-remark' };
  const box = (root) => root.querySelector('[data-remark]');

  onsite.remark = {
    // At a tap: shows the field where one is wanted, and says whether it must be filled in first.
    lacks: (root, view) => {
      root.dataset.asked = UNSURE.includes(view) ? '1' : '';
      const wanted = box(root);
      if (!wanted || !(wanted.dataset.remark === 'always' || view === 'more-remark' || UNSURE.includes(view))) return false;
      wanted.hidden = false;
      const field = wanted.querySelector('input');
      if (field.value.trim()) return false;
      field.focus();
      return true;
    },

    fields: (root) => {
      const fields = root.dataset.asked ? { asked: '1' } : {};
      const text = box(root)?.querySelector('input').value.trim();
      return text ? { ...fields, remark: text } : fields;
    },

    // The view for an entry the server wants more of; '' when that is not why it was refused.
    asked: (root, record) => {
      const name = (record.state === 'refused' && MORE[record.error]) || '';
      const wanted = box(root);
      if (name === 'more-remark' && !wanted) return ''; // a page from before the branch wanted one
      if (name === 'more-remark') wanted.hidden = false;
      return name;
    },
  };
})();
