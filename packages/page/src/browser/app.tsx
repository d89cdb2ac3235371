import type { PageData } from './payload.js';
import { Distributions } from './sections/distributions.js';
import { Experiment } from './sections/experiment.js';
import { Learning } from './sections/learning.js';
import { Measures } from './sections/measures.js';
import { Songs } from './sections/songs.js';
import { setTheme, useTheme } from './theme.js';

export function App({ content, run }: PageData) {
  return (
    <>
      <Header experiment={run.experiment} songs={content.songs.length} />
      <main>
        <Songs content={content} />
        <Measures rows={content.measures} sources={content.sourceCount} />
        <Distributions distributions={content.distributions} />
        <Learning curve={content.curve} />
        <Experiment run={run} />
      </main>
      <footer>
        <p>
          Made by Etude {run.versions.etude}. Sounds: FluidR3 Mono, © 2000–2002, 2008 Frank Wen, © 2014–2016 Michael
          Cowgill, Temple Blocks © 2002 Ethan Winer, Drumline Percussion © 2016 Michael Schorsch (MIT License), played
          by SpessaSynth (Apache License 2.0).
        </p>
      </footer>
    </>
  );
}

const SECTIONS = [
  ['songs', 'Songs'],
  ['measures', 'Measures'],
  ['distributions', 'Distributions'],
  ['learning', 'Learning'],
  ['experiment', 'Experiment'],
] as const;

function Header({ experiment, songs }: { experiment: string; songs: number }) {
  const { theme } = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header>
      <div>
        <h1>{experiment}</h1>
        <p>
          {songs} {songs === 1 ? 'song' : 'songs'}
        </p>
      </div>
      <nav aria-label="Sections">
        {SECTIONS.map(([id, title]) => (
          <a key={id} href={`#${id}`}>
            {title}
          </a>
        ))}
      </nav>
      <button type="button" class="theme" onClick={() => setTheme(other)}>
        {other === 'dark' ? 'Dark' : 'Light'}
      </button>
    </header>
  );
}
