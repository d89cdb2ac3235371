import type { ConditionField } from './grammar.js';

/** A condition, and how its value follows from a place in the music. */
export interface PlaceCondition<Place> extends ConditionField {
  readonly value: (place: Place) => number;
}

/** A condition whose values are cut off below 0 and from its size on. */
export function condition<Place>(name: string, size: number, value: (place: Place) => number): PlaceCondition<Place> {
  return { name, size, value: (place) => Math.max(0, Math.min(size - 1, value(place))) };
}
