import { type InputFile, StageError } from '@etude/engine';
import { type Model, modelFromBytes } from '@etude/model';
import type { TensorFlow } from '@etude/tensorflow';
import type { Vocabulary } from '@etude/tokenizer';
import * as z from 'zod';

/**
 * What an artifact holds. Its digest says that it is what was written, but not that a stage of this Etude wrote it.
 * @throws {StageError} that names the artifact, whatever its reader throws
 */
export function readArtifact<T>(file: InputFile, read: (file: InputFile) => T): T {
  try {
    return read(file);
  } catch (error) {
    const message = error instanceof z.ZodError ? firstIssue(error) : (error as Error).message.split('\n')[0];
    throw new StageError(
      `${file.path} is not what a stage of Etude writes: ${message}; run its stage again with --stage`,
    );
  }
}

/** The model of `model.safetensors`, which tells as many tokens as there are in its vocabulary. */
export function readModelArtifact(tf: TensorFlow, file: InputFile, { entries }: Vocabulary): Model {
  return readArtifact(file, ({ bytes }) => {
    const model = modelFromBytes(tf, bytes);
    const { vocabulary } = model.shape;
    if (vocabulary !== entries.length)
      throw new Error(`expected a model of ${entries.length} tokens, found ${vocabulary}`);
    return model;
  });
}

function firstIssue({ issues }: z.ZodError): string {
  const [{ path, message }] = issues as [z.core.$ZodIssue];
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
