import { InputError } from '@etude/engine';

const SIZES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/**
 * How many hours an option names: "30d" → 720.
 * @throws {InputError}
 */
export function hoursIn(option: string, text: string | undefined): number | undefined {
  return amount(option, text, HOURS, '12h, 30d or 8w');
}

/**
 * How many bytes an option names: "2GB" → 2,000,000,000.
 * @throws {InputError}
 */
export function bytesIn(option: string, text: string | undefined): number | undefined {
  return amount(option, text, SIZES, '500MB or 2GB');
}

function amount(
  option: string,
  text: string | undefined,
  units: Readonly<Record<string, number>>,
  examples: string,
): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-zA-Z]+)$/.exec(text) ?? [];
  const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (number === undefined || size === undefined) {
    throw new InputError([
      { place: `${option} ${text}`, message: `expected a number with a unit, such as ${examples}` },
    ]);
  }
  return Number(number) * size;
}
