/** Differs where the page's program, its style or its frame do; made by `bundle.mjs`. */
export const programKey: string;
