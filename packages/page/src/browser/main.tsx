import { render } from 'preact';
import { App } from './app.js';
import { pageData } from './payload.js';
import { restoreTheme } from './theme.js';

restoreTheme();
render(<App data={await pageData()} />, document.getElementById('app')!);
performance.mark('ready');
