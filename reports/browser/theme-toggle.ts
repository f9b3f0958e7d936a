/** Light or dark: what the system prefers until the reader says otherwise. */
/// <reference lib="dom" />
import { hashState, keepInHash, type Link } from './link.ts';

export function addThemeToggle(parent: HTMLElement, link: Link): void {
  const root = document.documentElement;
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'theme-toggle';
  const isDark = () => (root.dataset['theme'] ?? (systemIsDark.matches ? 'dark' : 'light')) === 'dark';
  const relabel = () => {
    button.textContent = isDark() ? 'Light theme' : 'Dark theme';
    link.themeChanged();
  };
  const kept = hashState().get('theme');
  if (kept === 'dark' || kept === 'light') root.dataset['theme'] = kept;
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    root.dataset['theme'] = next;
    keepInHash('theme', next);
    relabel();
  });
  systemIsDark.addEventListener('change', relabel);
  relabel();
  parent.append(button);
}
