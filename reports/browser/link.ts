/**
 * What all charts share: the strategy that is singled out and the moment under the pointer. The first is kept
 * in `location.hash`, so that a link shows the same view.
 */
/// <reference lib="dom" />

export interface Link {
  /** Strategy singled out; empty for none. */
  readonly focus: string;
  setFocus(strategy: string): void;
  onFocus(listener: (strategy: string) => void): void;
  /** Seconds since the start of the run; null for none. */
  setCursor(sec: number | null): void;
  onCursor(listener: (sec: number | null) => void): void;
  /** Light became dark, or the reverse: canvases must be drawn again. */
  themeChanged(): void;
  onTheme(listener: () => void): void;
}

export function createLink(strategies: readonly string[]): Link {
  const focusListeners: ((strategy: string) => void)[] = [];
  const cursorListeners: ((sec: number | null) => void)[] = [];
  const themeListeners: (() => void)[] = [];
  let focus = strategies[Number(hashState().get('only') ?? Number.NaN) - 1] ?? '';
  return {
    get focus() {
      return focus;
    },
    setFocus(strategy) {
      focus = strategy;
      keepInHash('only', strategy === '' ? null : String(strategies.indexOf(strategy) + 1));
      for (const listener of focusListeners) listener(strategy);
    },
    onFocus: (listener) => void focusListeners.push(listener),
    setCursor(sec) {
      for (const listener of cursorListeners) listener(sec);
    },
    onCursor: (listener) => void cursorListeners.push(listener),
    themeChanged() {
      for (const listener of themeListeners) listener();
    },
    onTheme: (listener) => void themeListeners.push(listener),
  };
}

export function hashState(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

export function keepInHash(key: string, value: string | null): void {
  const state = hashState();
  if (value === null) state.delete(key);
  else state.set(key, value);
  history.replaceState(null, '', `#${state}`);
}
