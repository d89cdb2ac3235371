// A process that runs these stages for another.
import { serveStages } from '@etude/engine';
import { stages } from './stages.mjs';

serveStages(stages);
