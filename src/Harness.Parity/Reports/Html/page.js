'use strict';
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  document.documentElement.classList.add('scripted');

  // Opens what an address or a button names.
  const open = (row, shown) => {
    const button = row.previousElementSibling.querySelector('button.open');
    row.hidden = !shown;
    all('details.case', row).forEach(one => { one.open = shown; });
    if (button) button.setAttribute('aria-expanded', String(shown));
  };
  all('tr.more').forEach(row => {
    const cell = row.previousElementSibling.querySelector('td');
    const name = cell.querySelector('.name');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'open name';
    button.textContent = name.textContent;
    button.setAttribute('aria-controls', row.id);
    button.addEventListener('click', () => open(row, row.hidden));
    name.replaceWith(button);
    open(row, false);
  });

  // Sorting: a group of rows moves as one; what is no number comes last.
  const value = (group, column) => {
    const cell = (group.cells ?? group.rows[0].cells)[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    if (cell.dataset.v === undefined && cell.dataset.n === undefined) return text;
    return text === 'infinite' ? Infinity : text === '' ? NaN : Number(text);
  };
  const compare = (a, b) => {
    if (typeof a === 'string' || typeof b === 'string') return String(a).localeCompare(String(b), 'en', { numeric: true });
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return a === b ? 0 : a < b ? -1 : 1;
  };
  all('table.sorted').forEach(table => {
    const heads = Array.from(table.tHead.rows[0].cells);
    const groups = () => table.dataset.group === 'rows' ? Array.from(table.tBodies[0].rows) : Array.from(table.tBodies);
    heads.forEach((head, column) => {
      const button = head.querySelector('button');
      if (!button) return;
      button.addEventListener('click', () => {
        const rows = groups();
        if (!rows.length) return;
        // The largest number is what a reader looks for; names begin at A.
        const number = (rows[0].cells ?? rows[0].rows[0].cells)[column].dataset.n !== undefined;
        const now = head.getAttribute('aria-sort');
        const down = now === 'ascending' || now === null && number;
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const sorted = rows.map(group => [value(group, column), group]);
        sorted.sort(([a], [b]) => {
          const none = Number.isNaN(a) || Number.isNaN(b);
          return down && !none ? compare(b, a) : compare(a, b);
        });
        sorted.forEach(([, group]) => group.parentNode.append(group));
      });
    });
  });

  // Search and filter.
  const tools = document.querySelector('.tools');
  const search = document.getElementById('search');
  const shown = document.getElementById('shown');
  const filters = all('button[data-state]', tools);
  const items = all('[data-case]').map(element => ({
    element, state: element.dataset.case, text: null, counts: element.tagName === 'TBODY',
  }));
  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word);
    const state = filters.find(button => button.getAttribute('aria-pressed') === 'true').dataset.state;
    let count = 0, total = 0;
    items.forEach(item => {
      if (words.length && item.text === null) item.text = item.element.textContent.toLowerCase();
      const fits = (state === 'all' || state === item.state) && words.every(word => item.text.includes(word));
      item.element.hidden = !fits;
      if (item.counts) { total += 1; if (fits) count += 1; }
    });
    all('section[data-list]').forEach(list => {
      list.hidden = all('[data-case]', list).every(element => element.hidden) && !list.dataset.kept;
    });
    shown.textContent = `${count} of ${total} cases shown`;
  };
  search.addEventListener('input', update);
  filters.forEach(button => button.addEventListener('click', () => {
    filters.forEach(other => other.setAttribute('aria-pressed', String(other === button)));
    update();
  }));
  document.addEventListener('keydown', event => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape' && event.target === search) {
      search.value = '';
      update();
    }
  });
  tools.addEventListener('submit', event => event.preventDefault());
  tools.hidden = false;

  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.matches('tr.more')) open(target, true);
    target.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  update();
  follow();
})();
