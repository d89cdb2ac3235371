import { useEffect, useState } from 'preact/hooks';
import type { RollColours } from './roll/draw-roll.js';

export type Theme = 'light' | 'dark';

/** Colours of parts that people with any colour vision can tell apart (after Okabe and Ito 2008), with contrast on each background. */
const PARTS: Record<Theme, readonly string[]> = {
  light: ['#0067a5', '#c14b00', '#007a5a', '#a8437f', '#8a6500', '#6a3fb0', '#5a5a5a', '#008299'],
  dark: ['#56b4e9', '#f08a4b', '#2fc79a', '#e39ac4', '#f0c04a', '#b79bf0', '#c8c8c8', '#4fd6e0'],
};

const ROLL: Record<Theme, Omit<RollColours, 'parts'>> = {
  light: {
    ...{ background: '#ffffff', black: '#f5f6f8', line: '#e3e6ea', bar: '#c4cad2', text: '#59616c' },
    ...{ copy: '#ffe9a3', noise: '#c62828', rule: '#7a52c7', surprise: '#9bb8e8' },
  },
  dark: {
    ...{ background: '#14171c', black: '#1a1e25', line: '#2a3039', bar: '#454d59', text: '#9aa4b2' },
    ...{ copy: '#4d4116', noise: '#ff7b72', rule: '#b79bf0', surprise: '#3f5f96' },
  },
};

const STORED = 'etude-theme';
const listeners = new Set<() => void>();

function current(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

/** Shows a theme, and remembers it. */
export function setTheme(theme: Theme): void {
  show(theme);
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // Where nothing may be stored, the choice ends with the page.
  }
}

/** Shows the theme that was chosen last time, or else the system's. */
export function restoreTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const ofSystem = () => (system.matches ? 'dark' : 'light');
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    // Then it is the system's.
  }
  show(stored === 'light' || stored === 'dark' ? stored : ofSystem());
  system.addEventListener('change', () => show(ofSystem()));
}

const THEMES: Record<Theme, { theme: Theme; colours: RollColours }> = {
  light: { theme: 'light', colours: { ...ROLL.light, parts: PARTS.light } },
  dark: { theme: 'dark', colours: { ...ROLL.dark, parts: PARTS.dark } },
};

export function useTheme(): { readonly theme: Theme; readonly colours: RollColours } {
  const [theme, set] = useState(current);
  useEffect(() => {
    const listener = () => set(current());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return THEMES[theme];
}
