import type { PageData } from '../page-html.js';

/** What the page shows. */
export async function pageData(): Promise<PageData> {
  return JSON.parse(await inflated('data')) as PageData;
}

/** The program of the synthesizer. */
export function synthSource(): Promise<string> {
  return inflated('synth');
}

/** The sound font. */
export async function sounds(): Promise<Uint8Array> {
  return bytesOf(textOf('sounds'));
}

/** What base64 stands for. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

function textOf(id: string): string {
  return document.getElementById(id)!.textContent;
}

async function inflated(id: string): Promise<string> {
  const stream = new Blob([bytesOf(textOf(id))]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}
