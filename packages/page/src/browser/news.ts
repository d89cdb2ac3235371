import { useEffect, useState } from 'preact/hooks';

/** What the server of the page tells; lost where it no longer answers. */
export function useNews<T>(): { readonly news: T | undefined; readonly isLost: boolean } {
  const [news, setNews] = useState<T>();
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    const events = new EventSource('events');
    events.onmessage = ({ data }) => {
      setLost(false);
      setNews(JSON.parse(data) as T);
    };
    events.onerror = () => setLost(true);
    return () => events.close();
  }, []);
  return { news, isLost };
}

/** Asks the server for something: `stop`. */
export async function order(what: string): Promise<void> {
  await fetch(what, { method: 'POST' }).catch(() => {});
}
