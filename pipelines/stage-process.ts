// The process that `--jobs` has stages run in.
import { serveStages } from '@etude/engine';
import { useEnvironment } from './cli/environment.js';
import { stages } from './stages/index.js';

useEnvironment(process.env);
serveStages(stages);
