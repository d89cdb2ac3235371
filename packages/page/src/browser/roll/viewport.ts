/** What of a piece is to be seen: from one place to another, in quarter notes. */
export interface View {
  readonly from: number;
  readonly until: number;
}

/** Quarter notes that are shown at least. */
const CLOSEST = 1;

/**
 * The same view, moved and cut so that it lies within a piece.
 * @param end of the piece
 */
export function within({ from, until }: View, end: number): View {
  const size = Math.min(Math.max(CLOSEST, until - from), Math.max(CLOSEST, end));
  const start = Math.max(0, Math.min(from, end - size));
  return { from: start, until: start + size };
}

/**
 * Closer by a factor, or from further away by one below 1; what is at `at` stays where it is.
 * @example
 * zoomed({ from: 0, until: 16 }, 2, 4, 16); // { from: 2, until: 10 }
 */
export function zoomed({ from, until }: View, factor: number, at: number, end: number): View {
  const size = Math.min(Math.max(CLOSEST, (until - from) / factor), Math.max(CLOSEST, end));
  const share = (at - from) / (until - from);
  return within({ from: at - share * size, until: at + (1 - share) * size }, end);
}

/**
 * @param pixel quarter notes of a pixel of the screen: a view moves by whole ones, so that what is drawn can be moved as well
 */
export function moved(view: View, by: number, end: number, pixel = 0): View {
  const { from, until } = view;
  const size = until - from;
  const exact = Math.max(0, Math.min(from + by, end - size)) - from;
  const whole = pixel > 0 ? Math.round(exact / pixel) * pixel : exact;
  return whole === 0 ? view : { from: from + whole, until: until + whole };
}

/** The view that follows a playhead: the next page when it leaves this one. */
export function following(view: View, at: number, end: number): View {
  if (at >= view.from && at < view.until) return view;
  return moved(view, at - view.from, end);
}
