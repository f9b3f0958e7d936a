/** The key as buttons: each singles its strategy out in every chart, a second press shows all again. */
/// <reference lib="dom" />
import type { Link } from './link.ts';

export function enliven(key: HTMLElement, strategies: readonly string[], link: Link): void {
  const buttons = Array.from(key.children, (item, i) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...item.childNodes);
    button.addEventListener('click', () => link.setFocus(link.focus === strategies[i] ? '' : strategies[i]!));
    item.replaceChildren(button);
    return button;
  });
  const update = (focus: string) => {
    for (const [i, button] of buttons.entries())
      button.setAttribute('aria-pressed', String(strategies[i] === focus));
  };
  link.onFocus(update);
  update(link.focus);
}
