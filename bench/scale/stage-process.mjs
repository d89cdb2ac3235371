import { serveStages } from '@etude/engine';
import { stages } from './stages.mjs';

serveStages(stages);
