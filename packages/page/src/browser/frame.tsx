import { setTheme, useTheme } from './theme.js';

/** What stands above every page. */
export function Header({ title, words, sections }: { title: string; words: string; sections: readonly string[] }) {
  const { theme } = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header>
      <div>
        <h1>{title}</h1>
        <p>{words}</p>
      </div>
      <nav aria-label="Sections">
        {sections.map((section) => (
          <a key={section} href={`#${section.toLowerCase()}`}>
            {section}
          </a>
        ))}
      </nav>
      <button type="button" class="theme" onClick={() => setTheme(other)}>
        {other === 'dark' ? 'Dark' : 'Light'}
      </button>
    </header>
  );
}

/** What stands below every page: whose sounds it has. */
export function Footer({ version }: { version: string | undefined }) {
  return (
    <footer>
      <p>
        Made by Etude {version}. Sounds: FluidR3 Mono, © 2000–2002, 2008 Frank Wen, © 2014–2016 Michael Cowgill, Temple
        Blocks © 2002 Ethan Winer, Drumline Percussion © 2016 Michael Schorsch (MIT License), played by SpessaSynth
        (Apache License 2.0).
      </p>
    </footer>
  );
}
