/** The page's program and the synthesizer's, and their style, as `bundle.mjs` makes them. */
export const pageScript: string;
export const synthScript: string;
export const style: string;
