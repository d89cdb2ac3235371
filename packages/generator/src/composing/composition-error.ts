/** What is asked of a song cannot be done: the message says what, in words for whoever asked. */
export class CompositionError extends Error {
  override name = 'CompositionError';
}
